// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SeatLetter} from "../../src/interfaces/ICoordinatorBond.sol";
import {MiningTask} from "../../src/interfaces/IMiningRegistry.sol";
import {Merkle} from "./Merkle.sol";
import {Network} from "./Network.sol";

/// @notice A network whose coordinator has a key, and signs letters as the protocol room does.
abstract contract Letters is Network {
    uint256 internal constant COORDINATOR_KEY = 0xc0de;
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    function setUp() public virtual override {
        coordinator = vm.addr(COORDINATOR_KEY);
        super.setUp();
    }

    function letterOf(uint256 batchId, MiningTask memory task, uint8 seat, bytes32 gpuId)
        internal
        view
        returns (SeatLetter memory letter)
    {
        letter = unsignedLetterOf(batchId, task, seat, gpuId);
        sign(letter, COORDINATOR_KEY);
    }

    function unsignedLetterOf(uint256 batchId, MiningTask memory task, uint8 seat, bytes32 gpuId)
        internal
        view
        returns (SeatLetter memory letter)
    {
        letter.batchId = batchId;
        letter.index = task.index;
        letter.leaf = Merkle.leafOf(task);
        letter.seat = seat;
        letter.gpuId = gpuId;
        letter.issuedAt = uint64(block.timestamp);
        letter.commitDeadline = uint64(block.timestamp) + 60;
    }

    function sign(SeatLetter memory letter, uint256 key) internal view {
        (letter.r, letter.vs) = vm.signCompact(key, digestOf(letter));
    }

    /// @notice Two letters under one signature.
    function signBoth(SeatLetter memory first, SeatLetter memory second) internal view {
        (bytes32 a, bytes32 b) = (digestOf(first), digestOf(second));
        bytes32 root = a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
        bytes32 digest = typed(keccak256(abi.encode(keccak256("SeatLetters(bytes32 root)"), root)));
        (first.siblings, second.siblings) = (new bytes32[](1), new bytes32[](1));
        (first.siblings[0], second.siblings[0]) = (b, a);
        (first.r, first.vs) = vm.signCompact(COORDINATOR_KEY, digest);
        (second.r, second.vs) = (first.r, first.vs);
    }

    function digestOf(SeatLetter memory letter) internal view returns (bytes32) {
        return typed(
            keccak256(
                abi.encode(
                    keccak256(
                        "SeatLetter(bytes32 taskId,uint256 batchId,bytes32 leaf,uint8 seat,bytes32 gpuId,uint64 issuedAt,uint64 commitDeadline)"
                    ),
                    keccak256(abi.encode(block.chainid, mining, letter.batchId, letter.index)),
                    letter.batchId,
                    letter.leaf,
                    letter.seat,
                    letter.gpuId,
                    letter.issuedAt,
                    letter.commitDeadline
                )
            )
        );
    }

    function typed(bytes32 structHash) private view returns (bytes32) {
        bytes32 separator =
            keccak256(abi.encode(DOMAIN_TYPEHASH, keccak256("AIT"), keccak256("1"), block.chainid, address(mining)));
        return keccak256(abi.encodePacked(hex"1901", separator, structHash));
    }

    /// @notice AIT out of thin air, by the only account that may make it.
    function give(address account, uint256 amount) internal {
        vm.prank(address(mining));
        token.mint(account, amount);
    }
}
