// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Enclave signature
/// @notice Recovers the signer of a work attestation (EIP-712) from a compact signature (EIP-2098).
library EnclaveSignature {
    /// @notice The words that are hashed, in the order of the EIP-712 type.
    struct Statement {
        bytes32 typeHash;
        bytes32 taskId;
        bytes32 workloadHash;
        bytes32 resultHash;
        bytes32 gpuId;
        uint256 duration;
    }

    /// @dev Half the order of secp256k1: above it, the same signature would have a second form (EIP-2).
    uint256 internal constant S_MOST = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// @notice The signer, zero for a malformed signature or a high s.
    function recover(bytes32 domainSeparator, Statement memory statement, bytes32 r, bytes32 vs)
        internal
        view
        returns (address signer)
    {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, hex"1901")
            mstore(add(free, 0x02), domainSeparator)
            mstore(add(free, 0x22), keccak256(statement, 0xc0))
            let s := shr(1, shl(1, vs))
            if iszero(gt(s, S_MOST)) {
                mstore(free, keccak256(free, 0x42))
                mstore(add(free, 0x20), add(27, shr(255, vs)))
                mstore(add(free, 0x40), r)
                mstore(add(free, 0x60), s)
                // The precompile answers nothing for a signature without a signer; the word stays zero then.
                mstore(0x00, 0)
                if iszero(staticcall(gas(), 1, free, 0x80, 0x00, 0x20)) { revert(0, 0) }
                signer := mload(0x00)
            }
        }
    }
}
