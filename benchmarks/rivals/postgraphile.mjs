// PostGraphile 5 over the views of schema.sql, with its production defaults: no GraphiQL, no watching, no explaining.
import { createServer } from "node:http";
import { PgSimplifyInflectionPreset } from "@graphile/simplify-inflection";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { pool, viewerOf } from "./viewer.mjs";

const preset = {
  extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset],
  pgServices: [makePgService({ pool, schemas: ["rival"] })],
  grafserv: { graphiql: false, watch: false, websockets: false, graphqlPath: "/graphql" },
  grafast: {
    explain: false,
    context: async (request) => ({ viewer: await viewerOf(request.node?.req.headers.authorization) }),
  },
  schema: { defaultBehavior: "-insert -update -delete" },
};

const server = createServer();
const serv = postgraphile(preset).createServ(grafserv);
await serv.addTo(server);
server.listen(Number(process.env.PORT), "127.0.0.1");
