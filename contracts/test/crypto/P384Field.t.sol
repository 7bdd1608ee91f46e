// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "../base/Test.sol";
import {P384Field} from "../../src/crypto/P384Field.sol";
import {P384Scalar} from "../../src/crypto/P384Scalar.sol";
import {SlowP384} from "./SlowP384.sol";

contract P384FieldTest is Test {
    uint256 private constant P_LOW = SlowP384.P_LOW;
    uint256 private constant N_LOW = SlowP384.N_LOW;

    /// @notice Half of the draws are edges of the words or of the modulus; `most` bounds the high word.
    function word(uint256 seed, uint256 most) private pure returns (uint256) {
        // Fuzzers like small numbers: all of them would be the same edge.
        seed = uint256(keccak256(abi.encode(seed)));
        uint256 pick = seed >> 248;
        if (pick >= 128) return bound(seed, 0, most);
        uint256[12] memory edges = [
            uint256(0), 1, 2, (1 << 128) - 2, (1 << 128) - 1, 1 << 128, (1 << 128) + 1, type(uint256).max - 1, type(uint256).max,
            P_LOW, P_LOW - 1, P_LOW + 1
        ];
        uint256 edge = edges[pick % 12];
        return edge <= most ? edge : most - (pick % 3);
    }

    function isSame(uint256 x1, uint256 x0, uint256 y1, uint256 y0, string memory what) private pure {
        (x1, x0) = SlowP384.reduce(x1, x0, P_LOW);
        (y1, y0) = SlowP384.reduce(y1, y0, P_LOW);
        assertEq(x1, y1, what);
        assertEq(x0, y0, what);
    }

    /// forge-config: default.fuzz.runs = 64
    /// forge-config: long.fuzz.runs = 100000
    function testFuzz_mul_equalsTheSlowTwin(uint256[4] calldata seeds, uint256 balance) external pure {
        // High words up to 2^(128 + i) and 2^(128 + 16 - i).
        uint256 i = bound(balance, 0, 15);
        (uint256 x1, uint256 x0) = (word(seeds[0], (1 << (128 + i)) - 1), word(seeds[1], type(uint256).max));
        (uint256 y1, uint256 y0) = (word(seeds[2], (1 << (143 - i)) - 1), word(seeds[3], type(uint256).max));
        (uint256 z1, uint256 z0) = P384Field.mul(x1, x0, y1, y0);
        assertLe(z1, 1 << 128, "bound of the product");
        (z1, z0) = SlowP384.mul(z1, z0, 0, type(uint256).max, P_LOW);
        (y1, y0) = SlowP384.mul(x1, x0, y1, y0, P_LOW);
        isSame(z1, z0, y1, y0, "product over 2^256 - 1");
    }

    function testFuzz_square_equalsTheProduct(uint256 high, uint256 low) external pure {
        (uint256 x1, uint256 x0) = (word(high, (1 << 136) - 1), word(low, type(uint256).max));
        (uint256 z1, uint256 z0) = P384Field.square(x1, x0);
        (uint256 y1, uint256 y0) = P384Field.mul(x1, x0, x1, x0);
        assertEq(z1, y1, "high");
        assertEq(z0, y0, "low");
    }

    function testFuzz_sums_equalTheSlowTwin(uint256[4] calldata seeds) external pure {
        (uint256 x1, uint256 x0) = (word(seeds[0], (1 << 132) - 1), word(seeds[1], type(uint256).max));
        (uint256 y1, uint256 y0) = (word(seeds[2], (1 << 130) - 3), word(seeds[3], type(uint256).max));
        (uint256 z1, uint256 z0) = P384Field.add(x1, x0, y1, y0);
        (uint256 t1, uint256 t0) = SlowP384.reduce(x1, x0, P_LOW);
        (uint256 u1, uint256 u0) = SlowP384.reduce(y1, y0, P_LOW);
        (uint256 v1, uint256 v0) = SlowP384.add(t1, t0, u1, u0, P_LOW);
        isSame(z1, z0, v1, v0, "sum");
        (z1, z0) = P384Field.double(x1, x0);
        (v1, v0) = SlowP384.add(t1, t0, t1, t0, P_LOW);
        isSame(z1, z0, v1, v0, "double");
        // Twice the half is the whole.
        (z1, z0) = P384Field.half(x1 & ((1 << 129) - 1), x0);
        (z1, z0) = P384Field.double(z1, z0);
        isSame(z1, z0, x1 & ((1 << 129) - 1), x0, "half");
        // A difference plus the subtrahend is the minuend.
        (z1, z0) = P384Field.sub4(x1, x0, y1, y0);
        assertLe(z1, x1 + (1 << 130), "bound of the difference with 4p");
        (z1, z0) = SlowP384.reduce(z1, z0, P_LOW);
        (z1, z0) = SlowP384.add(z1, z0, u1, u0, P_LOW);
        isSame(z1, z0, t1, t0, "difference with 4p");
    }

    function test_sub_holdsAtItsBound() external pure {
        // 4p - 4p is zero.
        unchecked {
            (uint256 z1, uint256 z0) = P384Field.sub4(0, 0, (1 << 130) - 1, (1 << 256) - 4 * ((1 << 128) + (1 << 96) - (1 << 32) + 1));
            assertEq(z1 | z0, 0, "4p");
        }
    }

    function test_isZero_knowsZeroAndTheModulusOnly() external pure {
        assertTrue(P384Field.isZero(0, 0), "zero");
        assertTrue(P384Field.isZero((1 << 128) - 1, P_LOW), "p");
        assertFalse(P384Field.isZero(0, 1), "one");
        assertFalse(P384Field.isZero(1, 0), "2^256");
        assertFalse(P384Field.isZero((1 << 128) - 1, P_LOW - 1), "p - 1");
        assertFalse(P384Field.isZero(0, P_LOW), "p's low word");
        assertFalse(P384Field.isZero((1 << 128) - 1, 0), "p's high word");
    }

    /// forge-config: default.fuzz.runs = 64
    /// forge-config: long.fuzz.runs = 100000
    function testFuzz_scalarMul_equalsTheSlowTwin(uint256[4] calldata seeds) external pure {
        (uint256 x1, uint256 x0) = (word(seeds[0], (1 << 128) - 1), word(seeds[1], type(uint256).max));
        (uint256 y1, uint256 y0) = (word(seeds[2], (1 << 128) - 1), word(seeds[3], type(uint256).max));
        (uint256 z1, uint256 z0) = P384Scalar.mul(x1, x0, y1, y0);
        (y1, y0) = SlowP384.mul(x1, x0, y1, y0, N_LOW);
        assertEq(z1, y1, "high");
        assertEq(z0, y0, "low");
    }

    /// forge-config: default.fuzz.runs = 64
    /// forge-config: long.fuzz.runs = 100000
    function testFuzz_inverse_isTheInverse(uint256 high, uint256 low, bool isScalar) external view {
        uint256 modulus = isScalar ? N_LOW : P_LOW;
        (uint256 x1, uint256 x0) = SlowP384.reduce(word(high, (1 << 128) - 1), word(low, type(uint256).max), modulus);
        vm.assume(x1 | x0 != 0);
        (uint256 z1, uint256 z0) = P384Scalar.inverse(x1, x0, modulus);
        (z1, z0) = SlowP384.mul(z1, z0, x1, x0, modulus);
        assertEq(z1, 0, "high");
        assertEq(z0, 1, "low");
    }

    function test_inRange_acceptsOneToTheOrderOnly() external pure {
        assertFalse(P384Scalar.inRange(0, 0), "0");
        assertTrue(P384Scalar.inRange(0, 1), "1");
        assertTrue(P384Scalar.inRange((1 << 128) - 1, N_LOW - 1), "n - 1");
        assertFalse(P384Scalar.inRange((1 << 128) - 1, N_LOW), "n");
        assertFalse(P384Scalar.inRange((1 << 128) - 1, type(uint256).max), "2^384 - 1");
    }
}
