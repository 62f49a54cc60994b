import { takeToken } from "./token";

// The token leaves the address before the large part of the program is even loaded.
const token = takeToken();

void import("./app").then(({ start }) => start(token));
