// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// The governor of a deployment that holds value: OpenZeppelin's timelock, as published. Imported so that it is built here.
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
