// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IP384Verifier} from "../interfaces/IP384Verifier.sol";

/// @title Arithmetic modulo n, the order of P-384
/// @notice Two products and one inversion per signature: written for clarity, not for speed.
/// @dev Unchecked where a carry is taken by comparison. n = 2^384 - C with C below 2^190, so that 2^384 folds to C.
library P384Scalar {
    uint256 internal constant N_HIGH = 0xffffffffffffffffffffffffffffffff;
    uint256 internal constant N_LOW = 0xffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973;
    uint256 private constant C = 0x389cb27e0bc8d220a7e5f24db74f58851313e695333ad68d;

    /// @notice Whether 1 <= x < n.
    function inRange(uint256 x1, uint256 x0) internal pure returns (bool) {
        return (x1 | x0) != 0 && x1 <= N_HIGH && (x1 < N_HIGH || x0 < N_LOW);
    }

    /// @notice x^(m - 2) modulo a prime m, n or p, by the MODEXP precompile: the one thing at which it is cheaper than our own arithmetic.
    /// @param low The low word of m; the high words of n and p are equal.
    function inverse(uint256 x1, uint256 x0, uint256 low) internal view returns (uint256 z1, uint256 z0) {
        bool done;
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, 48)
            mstore(add(m, 0x20), 48)
            mstore(add(m, 0x40), 48)
            mstore(add(m, 0x60), shl(128, x1))
            mstore(add(m, 0x70), x0)
            mstore(add(m, 0x90), shl(128, N_HIGH))
            mstore(add(m, 0xa0), sub(low, 2))
            mstore(add(m, 0xc0), shl(128, N_HIGH))
            mstore(add(m, 0xd0), low)
            done := staticcall(gas(), 0x05, m, 0xf0, m, 0x30)
            done := and(done, eq(returndatasize(), 0x30))
            z1 := shr(128, mload(m))
            z0 := mload(add(m, 0x10))
        }
        // Without the precompile, or without the gas for it, the answer is not "invalid": there is none.
        require(done, IP384Verifier.ModexpFailed());
    }

    /// @notice x y modulo n, for x and y below 2^384.
    function mul(uint256 x1, uint256 x0, uint256 y1, uint256 y0) internal pure returns (uint256 z1, uint256 z0) {
        unchecked {
            (uint256 t1, uint256 t0) = wide(x0, y0);
            (uint256 a1, uint256 a0) = wide(x0, y1);
            (uint256 b1, uint256 b0) = wide(x1, y0);
            uint256 t2 = x1 * y1 + a1 + b1;
            t1 += a0;
            if (t1 < a0) t2++;
            t1 += b0;
            if (t1 < b0) t2++;
            // 768 bits fold to 575, to 385, to 384.
            (t2, t1, t0) = fold(t2, t1, t0);
            (t2, t1, t0) = fold(t2, t1, t0);
            (t2, t1, t0) = fold(t2, t1, t0);
            if (t1 == N_HIGH && t0 >= N_LOW) return (0, t0 - N_LOW);
            return (t1, t0);
        }
    }

    /// @notice x + y modulo n, for x and y below n.
    function add(uint256 x1, uint256 x0, uint256 y1, uint256 y0) internal pure returns (uint256, uint256) {
        unchecked {
            uint256 z0 = x0 + y0;
            uint256 z1 = x1 + y1 + (z0 < x0 ? 1 : 0);
            if (z1 < N_HIGH || (z1 == N_HIGH && z0 < N_LOW)) return (z1, z0);
            return (z1 - N_HIGH - (z0 < N_LOW ? 1 : 0), z0 - N_LOW);
        }
    }

    /// @notice -x modulo n, for x below n.
    function negate(uint256 x1, uint256 x0) internal pure returns (uint256, uint256) {
        unchecked {
            if (x1 | x0 == 0) return (0, 0);
            return (N_HIGH - x1 - (N_LOW < x0 ? 1 : 0), N_LOW - x0);
        }
    }

    /// @notice L + H * C, for t = H * 2^384 + L.
    function fold(uint256 t2, uint256 t1, uint256 t0) private pure returns (uint256, uint256, uint256) {
        unchecked {
            (uint256 z1, uint256 z0) = wide((t2 << 128) | (t1 >> 128), C);
            (uint256 a2, uint256 a1) = wide(t2 >> 128, C);
            z0 += t0;
            uint256 carry = z0 < t0 ? 1 : 0;
            t1 = (t1 & N_HIGH) + carry;
            z1 += t1;
            if (z1 < t1) a2++;
            z1 += a1;
            if (z1 < a1) a2++;
            return (a2, z1, z0);
        }
    }

    /// @notice The 512 bits of x y.
    function wide(uint256 x, uint256 y) private pure returns (uint256 high, uint256 low) {
        unchecked {
            low = x * y;
            uint256 m = mulmod(x, y, type(uint256).max);
            high = m - low - (m < low ? 1 : 0);
        }
    }
}
