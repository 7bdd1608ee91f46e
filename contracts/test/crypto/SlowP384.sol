// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Numbers below 2^384 in two words, one bit at a time: the obvious twin of the field and of the scalars.
library SlowP384 {
    uint256 private constant HIGH = 0xffffffffffffffffffffffffffffffff;
    uint256 internal constant P_LOW = 0xfffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff;
    uint256 internal constant N_LOW = 0xffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973;

    /// @notice x modulo the number whose high word is 2^128 - 1 and whose low word is `low`, for x below 2^144.
    function reduce(uint256 x1, uint256 x0, uint256 low) internal pure returns (uint256, uint256) {
        for (uint256 shift = 16; shift <= 16; shift--) {
            unchecked {
                uint256 m1 = (HIGH << shift) | (shift == 0 ? 0 : low >> (256 - shift));
                uint256 m0 = low << shift;
                if (x1 > m1 || (x1 == m1 && x0 >= m0)) {
                    x1 = x1 - m1 - (x0 < m0 ? 1 : 0);
                    x0 -= m0;
                }
                if (shift == 0) break;
            }
        }
        return (x1, x0);
    }

    function add(uint256 x1, uint256 x0, uint256 y1, uint256 y0, uint256 low) internal pure returns (uint256, uint256) {
        unchecked {
            uint256 z0 = x0 + y0;
            return reduce(x1 + y1 + (z0 < x0 ? 1 : 0), z0, low);
        }
    }

    /// @notice The sum of two numbers below the modulus.
    function addReduced(uint256 x1, uint256 x0, uint256 y1, uint256 y0, uint256 low) internal pure returns (uint256 z1, uint256 z0) {
        unchecked {
            z0 = x0 + y0;
            z1 = x1 + y1 + (z0 < x0 ? 1 : 0);
            if (z1 > HIGH || (z1 == HIGH && z0 >= low)) {
                z1 = z1 - HIGH - (z0 < low ? 1 : 0);
                z0 -= low;
            }
        }
    }

    /// @notice x y modulo, from the highest bit of y down.
    function mul(uint256 x1, uint256 x0, uint256 y1, uint256 y0, uint256 low) internal pure returns (uint256 z1, uint256 z0) {
        (x1, x0) = reduce(x1, x0, low);
        (y1, y0) = reduce(y1, y0, low);
        for (uint256 i = 384; i > 0; i--) {
            (z1, z0) = addReduced(z1, z0, z1, z0, low);
            uint256 bit = i > 256 ? y1 >> (i - 257) : y0 >> (i - 1);
            if (bit & 1 == 1) (z1, z0) = addReduced(z1, z0, x1, x0, low);
        }
    }
}
