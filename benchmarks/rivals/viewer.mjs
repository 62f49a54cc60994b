// What every contender does in each request: verify the token and look the viewer up.
import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { createVerifier } from "fast-jwt";
import pg from "pg";

// Dates and numbers as the texts and numbers that answers show, as each of these servers would be set up.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);
pg.types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => text);

export const pool = new pg.Pool({ max: 10 });

const ring = JSON.parse(readFileSync(process.env.TOKEN_KEY, "utf8"));
const jwk = ring.keys?.[0] ?? ring;
const verify = createVerifier({
  key: createPublicKey({ key: { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y }, format: "jwk" })
    .export({ type: "spki", format: "pem" }),
  algorithms: ["ES256"],
  allowedIss: "partnerhub",
  allowedAud: "partnerhub",
  cache: true,
});

const ALL_CUSTOMERS = ["PARTNER_FULL_ADMIN", "PARTNER_READ_ONLY_ADMIN", "HELP_DESK_ADMIN"];
const VIEWER = {
  name: "viewer",
  text: `SELECT p.id AS partner_id, a.roles FROM partners p JOIN partner_admins a ON a.partner_id = p.id
    WHERE p.name = $1 AND a.email_key = $2 AND a.active`,
};

export async function viewerOf(authorization) {
  const claims = verify((authorization ?? "").replace(/^Bearer /i, ""));
  const { rows } = await pool.query({ ...VIEWER, values: [claims.partner, claims.email.toLowerCase()] });
  if (!rows.length || !rows[0].roles.some((role) => ALL_CUSTOMERS.includes(role))) throw new Error("no access");
  return { partner: rows[0].partner_id };
}
