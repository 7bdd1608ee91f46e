// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CreditMove, ICreditMoves} from "./interfaces/ICreditMoves.sol";
import {IMiningRegistry} from "./interfaces/IMiningRegistry.sol";
import {PrepaidCredit} from "./mining/PrepaidCredit.sol";

/// @title Credit moves
contract CreditMoves is ICreditMoves {
    /// @inheritdoc ICreditMoves
    IMiningRegistry public immutable mining;
    /// @inheritdoc ICreditMoves
    uint256 public immutable delay;

    mapping(address account => mapping(bytes32 from => CreditMove)) private _moves;

    /// @param miningRegistry whose credit moves
    /// @param taskLifetime seconds that no task lives as long as
    constructor(IMiningRegistry miningRegistry, uint256 taskLifetime) {
        mining = miningRegistry;
        delay = taskLifetime;
    }

    /// @inheritdoc ICreditMoves
    function requestMove(bytes32 from, bytes32 to, uint64 units) external {
        bytes32 prepaid = PrepaidCredit.idOf(address(mining), msg.sender);
        require(from != prepaid, PrepaidCreditStays(from));
        require(to != from && mining.quoteOf(to) != 0, MoveTargetInvalid(to));
        uint64 held = mining.creditOf(msg.sender, from);
        require(units != 0 && units <= held, MoveOutOfBounds(units, held));
        uint64 completableAt = uint64(block.timestamp + delay);
        _moves[msg.sender][from] = CreditMove({to: to, units: units, completableAt: completableAt});
        emit MoveRequested(msg.sender, from, to, units, completableAt);
    }

    /// @inheritdoc ICreditMoves
    function cancelMove(bytes32 from) external {
        require(_moves[msg.sender][from].completableAt != 0, MoveNotRequested(msg.sender, from));
        delete _moves[msg.sender][from];
        emit MoveCancelled(msg.sender, from);
    }

    /// @inheritdoc ICreditMoves
    function completeMove(address account, bytes32 from) external returns (uint64 units) {
        CreditMove memory move = _moves[account][from];
        require(move.completableAt != 0, MoveNotRequested(account, from));
        require(block.timestamp >= move.completableAt, MoveTooEarly(move.completableAt));
        delete _moves[account][from];
        units = mining.moveCredit(account, from, move.to, move.units);
        emit CreditMoved(account, from, move.to, units);
    }

    /// @inheritdoc ICreditMoves
    function moveOf(address account, bytes32 from) external view returns (CreditMove memory) {
        return _moves[account][from];
    }

    /// @inheritdoc ICreditMoves
    function stayingOf(address account, bytes32 workloadId) external view returns (uint64) {
        uint64 held = mining.creditOf(account, workloadId);
        uint64 leaving = _moves[account][workloadId].units;
        return leaving < held ? held - leaving : 0;
    }
}
