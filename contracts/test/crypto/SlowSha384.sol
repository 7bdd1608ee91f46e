// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice SHA-384 as FIPS 180-4 writes it: one loop, one word at a time, constants re-derived from the primes.
contract SlowSha384 {
    uint64[80] private _constants;
    uint64[8] private _initial;

    constructor() {
        uint256 prime = 2;
        for (uint256 i = 0; i < 80; prime++) {
            if (!isPrime(prime)) continue;
            _constants[i] = fraction(prime, 3);
            if (i >= 8 && i < 16) _initial[i - 8] = fraction(prime, 2);
            i++;
        }
    }

    function sha384(bytes memory message) external view returns (bytes32 head, bytes16 tail) {
        uint256 padded = ((message.length + 17 + 127) / 128) * 128;
        bytes memory text = new bytes(padded);
        for (uint256 i = 0; i < message.length; i++) text[i] = message[i];
        text[message.length] = 0x80;
        for (uint256 i = 0; i < 8; i++) text[padded - 1 - i] = bytes1(uint8((message.length * 8) >> (8 * i)));
        uint64[8] memory chain = _initial;
        uint64[80] memory constants = _constants;
        for (uint256 block_ = 0; block_ < padded; block_ += 128) compress(chain, constants, text, block_);
        head = bytes32((uint256(chain[0]) << 192) | (uint256(chain[1]) << 128) | (uint256(chain[2]) << 64) | chain[3]);
        tail = bytes16((uint128(chain[4]) << 64) | chain[5]);
    }

    function compress(uint64[8] memory chain, uint64[80] memory constants, bytes memory text, uint256 start) private pure {
        uint64[80] memory w;
        unchecked {
            for (uint256 t = 0; t < 16; t++) {
                for (uint256 i = 0; i < 8; i++) w[t] = (w[t] << 8) | uint8(text[start + 8 * t + i]);
            }
            for (uint256 t = 16; t < 80; t++) {
                uint64 s0 = rotate(w[t - 15], 1) ^ rotate(w[t - 15], 8) ^ (w[t - 15] >> 7);
                uint64 s1 = rotate(w[t - 2], 19) ^ rotate(w[t - 2], 61) ^ (w[t - 2] >> 6);
                w[t] = w[t - 16] + s0 + w[t - 7] + s1;
            }
            uint64[8] memory v;
            for (uint256 i = 0; i < 8; i++) v[i] = chain[i];
            for (uint256 t = 0; t < 80; t++) {
                uint64 t1 = v[7] + (rotate(v[4], 14) ^ rotate(v[4], 18) ^ rotate(v[4], 41)) + ((v[4] & v[5]) ^ (~v[4] & v[6]))
                    + constants[t] + w[t];
                uint64 t2 = (rotate(v[0], 28) ^ rotate(v[0], 34) ^ rotate(v[0], 39))
                    + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
                for (uint256 i = 7; i > 0; i--) v[i] = v[i - 1];
                v[4] += t1;
                v[0] = t1 + t2;
            }
            for (uint256 i = 0; i < 8; i++) chain[i] += v[i];
        }
    }

    function rotate(uint64 x, uint256 n) private pure returns (uint64) {
        return (x >> uint64(n)) | (x << uint64(64 - n));
    }

    function isPrime(uint256 n) private pure returns (bool) {
        for (uint256 d = 2; d * d <= n; d++) if (n % d == 0) return false;
        return true;
    }

    /// @notice The first 64 bits of the fractional part of the square or cube root, by bisection.
    function fraction(uint256 prime, uint256 power) private pure returns (uint64) {
        uint256 low = 0;
        uint256 high = 1 << 70;
        while (high - low > 1) {
            uint256 middle = (low + high) / 2;
            if (middle ** power <= prime << (64 * power)) low = middle;
            else high = middle;
        }
        return uint64(low);
    }
}
