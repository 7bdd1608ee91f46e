// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGoverned} from "../../src/interfaces/IGoverned.sol";
import {Test} from "../base/Test.sol";

/// @notice What a campaign's handler finds wrong is kept and not thrown: where calls may revert, a revert would hide it.
/// @dev A strict handler bounds what it is given, so that no call of its verbs reverts. A loose one takes a quarter of it as it comes and
/// lets what the contracts refuse revert, books and all.
abstract contract Campaign is Test {
    bool public immutable isStrict;
    /// @notice The first thing found wrong; empty as long as everything holds.
    string public fault;
    /// @notice How often a verb of a contract was done, by its contract's name and its own: `OperatorBond.slashCanary`.
    mapping(string verb => uint256) public timesDone;
    string[] private _verbs;

    error Refused();

    constructor(bool isStrict_) {
        isStrict = isStrict_;
    }

    function must(bool holds, string memory what) internal {
        if (!holds && bytes(fault).length == 0) fault = what;
    }

    /// @notice Books that a contract took a verb.
    function did(string memory verb) internal {
        if (timesDone[verb]++ == 0) _verbs.push(verb);
    }

    /// @notice Every verb that was done, and how often.
    function done() external view returns (string[] memory verbs, uint256[] memory times) {
        verbs = _verbs;
        times = new uint256[](verbs.length);
        for (uint256 i = 0; i < verbs.length; i++) {
            times[i] = timesDone[verbs[i]];
        }
    }

    /// @notice A contract's governor proposes another, who has to accept before it governs.
    function handOver(address governed, address from, address next, string memory set, string memory accept) internal {
        vm.prank(from);
        IGoverned(governed).setGovernor(next);
        must(IGoverned(governed).governor() == from, "who is proposed governs nothing yet");
        did(set);
        vm.prank(next);
        IGoverned(governed).acceptGovernor();
        must(IGoverned(governed).governor() == next, "who accepts governs");
        did(accept);
    }

    /// @notice `value`, or for a strict handler and mostly the value in its bounds.
    function chosen(uint256 value, uint256 inBounds) internal view returns (uint256) {
        return isStrict || value % 4 != 0 ? inBounds : value;
    }

    /// @notice A contract refused a verb: a loose handler's call goes with it, unless it found something.
    function refuse() internal view {
        if (!isStrict && bytes(fault).length == 0) revert Refused();
    }
}

/// @notice What the campaigns' tests have in common.
abstract contract CampaignTest is Test {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    /// @notice True if no call of the handler's may revert.
    function isStrict() internal pure virtual returns (bool);

    /// @notice What this campaign calls.
    function campaign() internal view virtual returns (Campaign);

    /// @notice At the end of a sequence of a strict campaign: adds what it did to the file that AIT_VERBS names, for `tools/invariants` to sum up.
    function afterInvariant() external {
        string memory path = vm.envOr("AIT_VERBS", string(""));
        if (bytes(path).length == 0 || !isStrict()) return;
        (string[] memory verbs, uint256[] memory times) = campaign().done();
        string memory lines = "";
        for (uint256 i = 0; i < verbs.length; i++) {
            lines = string.concat(lines, verbs[i], " ", vm.toString(times[i]), "\n");
        }
        vm.writeLine(path, lines);
    }
}
