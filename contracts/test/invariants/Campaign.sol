// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a campaign's handler finds wrong is kept and not thrown: where calls may revert, a revert would hide it.
/// @dev A strict handler bounds what it is given, so that no call of its verbs reverts. A loose one takes a quarter of it as it comes and
/// lets what the contracts refuse revert, books and all.
abstract contract Campaign {
    bool public immutable isStrict;
    /// @notice The first thing found wrong; empty as long as everything holds.
    string public fault;

    error Refused();

    constructor(bool isStrict_) {
        isStrict = isStrict_;
    }

    function must(bool holds, string memory what) internal {
        if (!holds && bytes(fault).length == 0) fault = what;
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
