// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AttendanceRegistry} from "../src/AttendanceRegistry.sol";
import {ChallengeRegistry} from "../src/ChallengeRegistry.sol";
import {CoordinatorBond} from "../src/CoordinatorBond.sol";
import {OperatorBond} from "../src/OperatorBond.sol";
import {ChallengeTerms} from "../src/interfaces/IChallengeRegistry.sol";
import {AitGovernor} from "../src/governance/AitGovernor.sol";
import {VotingToken} from "../src/governance/VotingToken.sol";
import {Network} from "./base/Network.sol";
import {Opcodes} from "./base/Opcodes.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @notice What the deployed contracts may weigh and which instructions they may use.
contract BytecodeTest is Network {
    /// @dev EIP-170.
    uint256 private constant SIZE_LIMIT = 24_576;

    function test_size_fitsEveryChain() public {
        (address[] memory deployed, string[] memory names) = _deployed();
        for (uint256 i = 0; i < deployed.length; i++) {
            assertTrue(deployed[i].code.length < SIZE_LIMIT, names[i]);
        }
    }

    function test_opcodes_areNotNewerThanCancun() public {
        (address[] memory deployed, string[] memory names) = _deployed();
        for (uint256 i = 0; i < deployed.length; i++) {
            assertEq(Opcodes.firstUnknown(deployed[i].code), type(uint256).max, names[i]);
        }
    }

    function test_scan_readsNearlyAllOfTheCode() public {
        (address[] memory deployed, string[] memory names) = _deployed();
        for (uint256 i = 0; i < deployed.length; i++) {
            bytes memory code = deployed[i].code;
            assertTrue(Opcodes.codeLength(code) * 10 > code.length * 9, names[i]);
        }
    }

    function test_scan_seesANewInstructionAndSkipsPushedData() public pure {
        assertEq(Opcodes.firstUnknown(hex"5f1e"), 1, "CLZ is newer");
        assertEq(Opcodes.firstUnknown(hex"611e1e00"), type(uint256).max, "pushed data is no instruction");
        assertEq(Opcodes.firstUnknown(hex"fe1e"), type(uint256).max, "data after the code is not either");
    }

    function _deployed() private returns (address[] memory deployed, string[] memory names) {
        VotingToken votes = new VotingToken(token);
        TimelockController timelock = new TimelockController(1, new address[](0), new address[](0), address(0));
        (deployed, names) = (new address[](12), new string[](12));
        (deployed[0], names[0]) = (address(token), "AIToken");
        (deployed[1], names[1]) = (address(registry), "DeviceRegistry");
        (deployed[2], names[2]) = (address(mining), "MiningRegistry");
        (deployed[3], names[3]) = (address(mining.inbox()), "AttestationInbox");
        (deployed[4], names[4]) = (address(votes), "VotingToken");
        (deployed[5], names[5]) = (address(new AitGovernor(votes, timelock, 1, 100, 1, 1)), "AitGovernor");
        ChallengeTerms[4] memory none;
        (deployed[6], names[6]) = (address(new ChallengeRegistry(governor, none)), "ChallengeRegistry");
        (deployed[7], names[7]) = (address(mining.subsidy()), "SubsidyBudget");
        (deployed[8], names[8]) = (address(mining.creditMoves()), "CreditMoves");
        (deployed[9], names[9]) = (address(new CoordinatorBond(mining, governor)), "CoordinatorBond");
        (deployed[10], names[10]) = (address(new OperatorBond(mining, governor)), "OperatorBond");
        (deployed[11], names[11]) = (address(new AttendanceRegistry(governor)), "AttendanceRegistry");
    }
}
