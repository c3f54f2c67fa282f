// All tests of the page's own logic.
import { failures, many } from "./harness";
import "./model";
import "./scene";
import "./tree";
import "./views";

Object.assign(window, { tested: { many, failures } });
