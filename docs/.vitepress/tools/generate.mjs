// Makes the pages that nobody writes: docs/api (the reference of both clients, from their sources) and docs/repository (what pages link to outside of docs/).
import { join } from "node:path";
import { writeFolder } from "./folder.mjs";
import { docs } from "./paths.mjs";
import { dotnetReference } from "./dotnet.mjs";
import { repositoryPages } from "./repository.mjs";
import { typeScriptReference } from "./typescript.mjs";

writeFolder(join(docs, "api/js"), await typeScriptReference());
writeFolder(join(docs, "api/dotnet"), dotnetReference());
writeFolder(join(docs, "repository"), repositoryPages());
