// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Batch, MiningTask} from "../interfaces/IMiningRegistry.sol";

/// @title Queued task
/// @notice Whether a task is one of a committed batch.
library QueuedTask {
    /// @notice The task's leaf, as `MiningTask` says.
    function leafOf(MiningTask calldata task) internal pure returns (bytes32) {
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

    /// @notice True if the task is in the batch and the secret is the one it was committed with.
    function isQueued(MiningTask calldata task, Batch memory batch, bytes32 seatSecret, bytes32[] calldata proof)
        internal
        pure
        returns (bool)
    {
        if (task.index >= batch.taskCount || keccak256(abi.encode(seatSecret)) != task.seatSecretHash) return false;
        // For one leaf the batch's proof is the ordinary list of siblings, and the leaf itself says its index.
        return MerkleProof.processProofCalldata(proof, leafOf(task)) == batch.root;
    }
}
