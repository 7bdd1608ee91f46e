// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Batch tree
/// @notice The Merkle tree over the tasks of a batch: pairs are hashed in ascending order, an odd last node is promoted. One proof
/// serves any number of leaves.
/// @dev Known positions need no flags: level by level, each known node takes its sibling from the known nodes if that is one of
/// them, else from the proof. For a single leaf this is the ordinary list of siblings from the leaf up.
library BatchTree {
    /// @notice The root that leaves at ascending positions and a proof lead to; zero if the proof is too short or too long.
    /// @dev Destroys both lists.
    /// @param positions ascending, each below `width`
    /// @param nodes the leaves there
    /// @param width number of leaves of the whole tree
    function rootOf(uint256[] memory positions, bytes32[] memory nodes, uint256 width, bytes32[] calldata proof)
        internal
        pure
        returns (bytes32 root)
    {
        assembly ("memory-safe") {
            let count := mload(nodes)
            let next := proof.offset
            let end := add(next, shl(5, proof.length))
            let isShort := iszero(count)
            for {} and(gt(width, 1), iszero(isShort)) { width := shr(1, add(width, 1)) } {
                if eq(count, width) {
                    // All are known, here and above: neighbours are pairs.
                    let target := add(nodes, 0x20)
                    let source := target
                    let last := add(source, shl(6, shr(1, width)))
                    for {} lt(source, last) { source := add(source, 0x40) } {
                        let left := mload(source)
                        let right := mload(add(source, 0x20))
                        let isSwapped := lt(right, left)
                        mstore(shl(5, isSwapped), left)
                        mstore(shl(5, iszero(isSwapped)), right)
                        mstore(target, keccak256(0x00, 0x40))
                        target := add(target, 0x20)
                    }
                    if and(width, 1) { mstore(target, mload(source)) }
                    count := shr(1, add(width, 1))
                    continue
                }
                let from := 0x20
                let limit := add(0x20, shl(5, count))
                let to := 0x20
                for {} lt(from, limit) {} {
                    let position := mload(add(positions, from))
                    let node := mload(add(nodes, from))
                    from := add(from, 0x20)
                    let sibling := xor(position, 1)
                    if lt(sibling, width) {
                        let other := 0
                        switch and(lt(from, limit), eq(mload(add(positions, from)), sibling))
                        case 1 {
                            other := mload(add(nodes, from))
                            from := add(from, 0x20)
                        }
                        default {
                            switch lt(next, end)
                            case 1 {
                                other := calldataload(next)
                                next := add(next, 0x20)
                            }
                            default { isShort := 1 }
                        }
                        let isAfter := lt(other, node)
                        mstore(shl(5, isAfter), node)
                        mstore(shl(5, iszero(isAfter)), other)
                        node := keccak256(0x00, 0x40)
                    }
                    mstore(add(positions, to), shr(1, position))
                    mstore(add(nodes, to), node)
                    to := add(to, 0x20)
                }
                count := shr(5, sub(to, 0x20))
            }
            if and(iszero(isShort), eq(next, end)) { root := mload(add(nodes, 0x20)) }
        }
    }
}
