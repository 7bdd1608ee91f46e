// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Governed} from "../governance/Governed.sol";
import {IAIToken} from "../interfaces/IAIToken.sol";
import {IBond} from "../interfaces/IBond.sol";
import {IMiningRegistry} from "../interfaces/IMiningRegistry.sol";

/// @title Bond
/// @notice What the bonds of coordinators and of operators have in common.
/// @dev AIToken reverts instead of answering false and calls nobody back.
abstract contract Bond is IBond, Governed {
    /// @dev `unbonding` is never more than `amount`.
    struct StoredBond {
        uint256 amount;
        uint256 unbonding;
        uint256 since;
    }

    /// @inheritdoc IBond
    IMiningRegistry public immutable mining;
    /// @inheritdoc IBond
    IAIToken public immutable token;
    /// @inheritdoc IBond
    uint256 public totalBonded;
    mapping(address account => StoredBond) private _bonds;

    /// @param miningRegistry whose tasks this is about and whose token is put up
    /// @param initialGovernor who may set the terms
    constructor(IMiningRegistry miningRegistry, address initialGovernor) Governed(initialGovernor) {
        mining = miningRegistry;
        token = miningRegistry.token();
    }

    /// @inheritdoc IBond
    function deposit(address account, uint256 amount) external {
        require(amount != 0, AmountMissing());
        _bonds[account].amount += amount;
        totalBonded += amount;
        emit BondDeposited(account, msg.sender, amount);
        token.transferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IBond
    function unbond(uint256 amount) external {
        require(amount != 0, AmountMissing());
        StoredBond storage bond = _bonds[msg.sender];
        uint256 free = bond.amount - bond.unbonding;
        require(amount <= free, BondTooSmall(msg.sender, amount, free));
        bond.unbonding += amount;
        bond.since = block.timestamp;
        emit UnbondingStarted(msg.sender, bond.unbonding);
    }

    /// @inheritdoc IBond
    function withdraw() external returns (uint256 amount) {
        StoredBond storage bond = _bonds[msg.sender];
        amount = bond.unbonding;
        require(amount != 0, NothingUnbonding(msg.sender));
        uint256 withdrawableAt = bond.since + unbondingDelay();
        require(block.timestamp >= withdrawableAt, UnbondingUntil(withdrawableAt));
        bond.unbonding = 0;
        bond.amount -= amount;
        totalBonded -= amount;
        emit BondWithdrawn(msg.sender, amount);
        token.transfer(msg.sender, amount);
    }

    /// @inheritdoc IBond
    function bondOf(address account) public view returns (uint256) {
        return _bonds[account].amount;
    }

    /// @inheritdoc IBond
    function unbondingOf(address account) public view returns (uint256 amount, uint256 withdrawableAt) {
        StoredBond storage bond = _bonds[account];
        amount = bond.unbonding;
        if (amount != 0) withdrawableAt = bond.since + unbondingDelay();
    }

    /// @inheritdoc IBond
    function unbondingDelay() public view virtual returns (uint256);

    /// @dev Takes from a bond what does not wait for withdrawal first, then what does.
    function _take(address account, uint256 amount) internal {
        StoredBond storage bond = _bonds[account];
        uint256 left = bond.amount;
        require(amount <= left, BondTooSmall(account, amount, left));
        left -= amount;
        bond.amount = left;
        if (bond.unbonding > left) bond.unbonding = left;
        totalBonded -= amount;
    }

    /// @dev Burns a penalty, or what there is of it.
    function _burn(address account, uint256 penalty) internal returns (uint256 burned) {
        uint256 held = _bonds[account].amount;
        burned = penalty < held ? penalty : held;
        if (burned == 0) return 0;
        _take(account, burned);
        emit BondBurned(account, burned);
        token.burn(burned);
    }

    function _requireTerm(uint8 term, uint256 found, uint256 least, uint256 most) internal pure {
        require(found >= least && found <= most, TermOutOfBounds(term, least, most, found));
    }
}
