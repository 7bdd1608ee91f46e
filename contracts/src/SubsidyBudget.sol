// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGoverned} from "./interfaces/IGoverned.sol";
import {IMiningRegistry} from "./interfaces/IMiningRegistry.sol";
import {BootstrapTerms, ISubsidyBudget} from "./interfaces/ISubsidyBudget.sol";

/// @title Subsidy budget
contract SubsidyBudget is ISubsidyBudget {
    /// @notice The most AIT a bootstrap may release in all, wei.
    uint256 public constant BOOTSTRAP_MOST = 1e9 ether;
    /// @notice Bounds of the half-life, seconds.
    uint256 public constant HALF_LIFE_LEAST = 1 days;
    uint256 public constant HALF_LIFE_MOST = 4 * 365 days;

    /// @inheritdoc ISubsidyBudget
    IMiningRegistry public immutable mining;

    /// @dev What the schedules before this one released, and the one in force: what it releases, from when on, how fast.
    uint256 private _releasedBefore;
    uint128 private _decaying;
    uint64 private _start;
    uint64 private _halfLife;
    /// @inheritdoc ISubsidyBudget
    uint256 public charged;

    /// @param miningRegistry whose subsidised work this bounds
    /// @param terms the published schedule
    constructor(IMiningRegistry miningRegistry, BootstrapTerms memory terms) {
        mining = miningRegistry;
        uint256 total = uint256(terms.upfront) + terms.decaying;
        require(total <= BOOTSTRAP_MOST, BootstrapOutOfBounds(total, BOOTSTRAP_MOST));
        _releasedBefore = terms.upfront;
        _schedule(terms.decaying, terms.halfLife);
    }

    /// @inheritdoc ISubsidyBudget
    function charge(uint256 batchId, uint256 amount) external {
        require(msg.sender == address(mining), NotMiningRegistry(address(mining), msg.sender));
        uint256 left = available();
        require(amount <= left, SubsidyExhausted(left, amount));
        charged += amount;
        emit SubsidyCharged(batchId, amount, charged);
    }

    /// @inheritdoc ISubsidyBudget
    function setBootstrap(uint256 newDecaying, uint256 newHalfLife) external {
        address governor = IGoverned(address(mining)).governor();
        require(msg.sender == governor, IGoverned.NotGovernor(governor, msg.sender));
        uint256 before = released();
        uint256 left = unreleased();
        require(newDecaying <= left, BootstrapOutOfBounds(newDecaying, left));
        _releasedBefore = before;
        _schedule(newDecaying, newHalfLife);
    }

    /// @inheritdoc ISubsidyBudget
    function available() public view returns (uint256) {
        uint256 allowed = released() + mining.subsidyEarned();
        // Both only grow, and a charge is never more than was left of them.
        return allowed - charged;
    }

    /// @inheritdoc ISubsidyBudget
    function released() public view returns (uint256) {
        return _releasedBefore + _decaying - unreleased();
    }

    /// @inheritdoc ISubsidyBudget
    function unreleased() public view returns (uint256) {
        uint256 elapsed = block.timestamp - _start;
        uint256 halvings = elapsed / _halfLife;
        // Shifts of 256 and more leave nothing. Within a half-life the release is even, and rounded down.
        uint256 left = uint256(_decaying) >> halvings;
        uint256 next = left >> 1;
        return left - (left - next) * (elapsed % _halfLife) / _halfLife;
    }

    /// @inheritdoc ISubsidyBudget
    function halfLife() external view returns (uint256) {
        return _halfLife;
    }

    function _schedule(uint256 decaying, uint256 newHalfLife) private {
        require(
            newHalfLife >= HALF_LIFE_LEAST && newHalfLife <= HALF_LIFE_MOST,
            HalfLifeOutOfBounds(newHalfLife, HALF_LIFE_LEAST, HALF_LIFE_MOST)
        );
        // Both are bounded above: by what fitted before, and by the line before.
        _decaying = uint128(decaying);
        _start = uint64(block.timestamp);
        _halfLife = uint64(newHalfLife);
        emit BootstrapChanged(_releasedBefore, decaying, newHalfLife);
    }
}
