// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MiningTask} from "../../src/interfaces/IMiningRegistry.sol";

/// @notice The batch tree, built the obvious way: sorted pairs, an odd node promoted.
library Merkle {
    function leafOf(MiningTask memory task) internal pure returns (bytes32) {
        return keccak256(
            abi.encodePacked(
                task.index,
                task.workloadType,
                task.determinismClass,
                task.computeUnits,
                task.deadline,
                task.workloadHash,
                task.seatSecretHash,
                task.redeemer
            )
        );
    }

    function rootOf(MiningTask[] memory tasks) internal pure returns (bytes32) {
        bytes32[] memory level = leavesOf(tasks);
        while (level.length > 1) level = parentsOf(level);
        return level[0];
    }

    /// @notice The siblings nobody can compute from the tasks at `indexes`, level by level, from the left.
    function proofOf(MiningTask[] memory tasks, uint256[] memory indexes) internal pure returns (bytes32[] memory proof) {
        bytes32[] memory level = leavesOf(tasks);
        bool[] memory isKnown = new bool[](level.length);
        for (uint256 i = 0; i < indexes.length; i++) {
            if (indexes[i] < level.length) isKnown[indexes[i]] = true;
        }
        bytes32[] memory path = new bytes32[](level.length);
        uint256 length = 0;
        while (level.length > 1) {
            bool[] memory above = new bool[]((level.length + 1) / 2);
            for (uint256 i = 0; i < level.length; i += 2) {
                bool isPair = i + 1 < level.length;
                if (isPair && isKnown[i] != isKnown[i + 1]) path[length++] = level[isKnown[i] ? i + 1 : i];
                above[i / 2] = isKnown[i] || isPair && isKnown[i + 1];
            }
            (level, isKnown) = (parentsOf(level), above);
        }
        proof = new bytes32[](length);
        for (uint256 i = 0; i < length; i++) {
            proof[i] = path[i];
        }
    }

    function leavesOf(MiningTask[] memory tasks) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](tasks.length);
        for (uint256 i = 0; i < tasks.length; i++) {
            leaves[i] = leafOf(tasks[i]);
        }
    }

    function parentsOf(bytes32[] memory level) private pure returns (bytes32[] memory parents) {
        parents = new bytes32[]((level.length + 1) / 2);
        for (uint256 i = 0; i < parents.length; i++) {
            bytes32 left = level[2 * i];
            if (2 * i + 1 == level.length) {
                parents[i] = left;
                continue;
            }
            bytes32 right = level[2 * i + 1];
            parents[i] = left < right ? keccak256(abi.encode(left, right)) : keccak256(abi.encode(right, left));
        }
    }
}
