// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDeviceRegistry} from "../interfaces/IDeviceRegistry.sol";
import {DeviceClocks} from "./DeviceClocks.sol";
import {
    FRAME,
    FRAME_AGREED,
    FRAME_AMOUNT,
    FRAME_BITS,
    FRAME_DIGEST,
    FRAME_DURATION,
    FRAME_ENDS,
    FRAME_GPU,
    FRAME_LEVEL,
    FRAME_NOW,
    FRAME_R,
    FRAME_RESULT,
    FRAME_S,
    FRAME_SEATS,
    FRAME_SIGNED,
    FRAME_STARTS,
    FRAME_STATEMENT_HASH,
    FRAME_USED,
    FRAME_V
} from "./SeatFrame.sol";

/// @title Seat claims
/// @notice The two passes over a task's seats: are their claims good, and what is paid for them. They decide what a settlement costs,
/// so both are one loop of assembly each over the `SeatFrame`; what is wrong with a claim is found out elsewhere, once something is.
/// @dev Words of a seat's device lie as `SeatCache` says. A claim lies packed as `SettlementReader` says: duration in 5 bytes, r, vs,
/// then its own result and its GPU if it states them.
library SeatClaims {
    /// @dev `SeatCache.KEY_UNKNOWN`.
    uint256 private constant KEY_UNKNOWN = 1 << 160;
    /// @dev Half the order of secp256k1: above it, the same signature would have a second form (EIP-2).
    uint256 private constant S_MOST = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// @notice Checks claims up to the first bad one.
    /// @dev The frame's seats are drawn and its terms set; what is signed is overwritten.
    /// @param devices who is asked for a GPU that no claim names
    /// @param cursor where the claims start
    /// @param claimed bits of the seats that claim, none beyond those there are; from bit 16 of the claims with a result of their own, from 32 of those with a GPU
    /// @return matching bits of the seats that claim the agreed result
    /// @return bad where the first bad claim starts; zero if there is none
    /// @return seat the seat of that claim
    function check(IDeviceRegistry devices, uint256 cursor, uint256 claimed)
        internal
        view
        returns (uint256 matching, uint256 bad, uint256 seat)
    {
        uint256 selector = uint32(IDeviceRegistry.identityOf.selector);
        // Until one turns out to have a result of its own that is the agreed one.
        matching = claimed & ~(claimed >> 16) & 0x7f;
        assembly ("memory-safe") {
            let place := FRAME_SEATS
            for {} and(claimed, 0x7f) {
                claimed := shr(1, claimed)
                place := add(place, 0x20)
            } {
                if iszero(and(claimed, 1)) { continue }
                let size := 0x45
                let seated := mload(place)
                let duration := shr(216, calldataload(cursor))
                mstore(FRAME_DURATION, duration)
                mstore(add(place, sub(FRAME_USED, FRAME_SEATS)), duration)
                // r and vs, which is then taken apart.
                calldatacopy(FRAME_R, add(cursor, 0x05), 0x40)
                let s := mload(FRAME_S)
                mstore(FRAME_V, add(27, shr(255, s)))
                s := shr(1, shl(1, s))
                mstore(FRAME_S, s)
                let isOdd := gt(s, S_MOST)
                let gpu := mload(add(seated, 0x60))
                mstore(FRAME_GPU, gpu)
                switch or(and(claimed, 0x100010000), iszero(gpu))
                case 0 { mstore(FRAME_STATEMENT_HASH, keccak256(FRAME, 0xc0)) }
                default {
                    if and(claimed, 0x10000) {
                        let own := calldataload(add(cursor, size))
                        mstore(FRAME_RESULT, own)
                        if eq(own, mload(FRAME_AGREED)) { matching := or(matching, shl(shr(5, sub(place, FRAME_SEATS)), 1)) }
                        size := add(size, 0x20)
                    }
                    switch and(claimed, 0x100000000)
                    case 0 {
                        if iszero(gpu) {
                            // Neither named nor known.
                            mstore(0x00, selector)
                            mstore(0x20, mload(seated))
                            if iszero(staticcall(gas(), devices, 0x1c, 0x24, 0x00, 0x40)) {
                                let free := mload(0x40)
                                returndatacopy(free, 0, returndatasize())
                                revert(free, returndatasize())
                            }
                            if lt(returndatasize(), 0x40) { revert(0, 0) }
                            mstore(add(seated, 0x60), mload(0x00))
                            mstore(FRAME_GPU, mload(0x00))
                        }
                    }
                    default {
                        let named := calldataload(add(cursor, size))
                        isOdd := or(isOdd, and(iszero(iszero(gpu)), iszero(eq(named, gpu))))
                        mstore(FRAME_GPU, named)
                        size := add(size, 0x20)
                    }
                    mstore(FRAME_STATEMENT_HASH, keccak256(FRAME, 0xc0))
                    mstore(FRAME_RESULT, mload(FRAME_AGREED))
                }
                mstore(FRAME_DIGEST, keccak256(FRAME_SIGNED, 0x42))
                // The precompile answers nothing for a signature without a signer; the word stays zero then, and is no key.
                mstore(0x00, 0)
                pop(staticcall(gas(), 1, FRAME_DIGEST, 0x80, 0x00, 0x20))
                let term := mload(add(seated, 0x160))
                isOdd := or(isOdd, gt(sub(duration, mload(term)), mload(add(term, 0x20))))
                let key := mload(add(seated, 0xe0))
                if or(isOdd, xor(mload(0x00), key)) {
                    bad := cursor
                    if or(isOdd, xor(key, KEY_UNKNOWN)) { break }
                    // The first signature shows key and GPU at once.
                    key := mload(0x00)
                    mstore(0x20, key)
                    mstore(0x00, mload(FRAME_GPU))
                    if shl(96, xor(keccak256(0x00, 0x40), mload(add(seated, 0xa0)))) { break }
                    mstore(add(seated, 0x60), mload(0x00))
                    mstore(add(seated, 0xe0), key)
                    bad := 0
                }
                cursor := add(cursor, size)
            }
            seat := shr(5, sub(place, FRAME_SEATS))
        }
    }

    /// @notice Moves the clocks of the seats that are due and credits their operators.
    /// @dev The frame's claims are checked and the bits of its seats and their pay set.
    /// @return paid number of seats credited
    /// @return late bits of the seats that wait
    /// @return outcomes the number of seats, then what became of each as in `IMiningRegistry.TasksSettled`
    function pay() internal pure returns (uint256 paid, uint256 late, uint256 outcomes) {
        uint256 ends = 0;
        assembly ("memory-safe") {
            outcomes := mload(FRAME_LEVEL)
            let place := FRAME_SEATS
            let end := add(place, shl(5, outcomes))
            let until := add(FRAME_SEATS, 0x60)
            let start := mload(FRAME_STARTS)
            let bits := mload(FRAME_BITS)
            for {} 1 {} {
                for {} lt(place, until) { place := add(place, 0x20) } {
                    let seated := mload(place)
                    outcomes := or(shl(32, outcomes), mload(seated))
                    // Codes: 0 paid, 1 silent, 2 in the minority, 6 waiting, 7 paid before.
                    switch and(bits, 0x10000)
                    case 0 {
                        let code := 0x10000000
                        if and(bits, 1) {
                            code := 0x20000000
                            if and(bits, 0x100) { code := 0x70000000 }
                        }
                        outcomes := or(outcomes, code)
                    }
                    default {
                        let held := mload(add(seated, 0x100))
                        let shift := mload(add(seated, 0x120))
                        let word := mload(held)
                        // 42 bits: `DeviceClocks.MASK`.
                        let before := and(shr(shift, word), 0x3ffffffffff)
                        let clock := before
                        if lt(clock, start) { clock := start }
                        // The longer of what the claim states and what the work takes at least.
                        let used := mload(add(place, sub(FRAME_USED, FRAME_SEATS)))
                        let least := mload(add(mload(add(seated, 0x160)), 0x40))
                        if lt(used, least) { used := least }
                        clock := add(clock, used)
                        mstore(held, add(word, shl(shift, sub(clock, before))))
                        switch gt(clock, mload(FRAME_NOW))
                        case 0 {
                            paid := add(paid, 1)
                            let payee := mload(add(seated, 0x140))
                            mstore(payee, add(mload(payee), mload(FRAME_AMOUNT)))
                        }
                        default {
                            ends := or(ends, clock)
                            outcomes := or(outcomes, 0x60000000)
                            late := or(late, shl(shr(5, sub(place, FRAME_SEATS)), 1))
                            mstore(add(place, sub(FRAME_ENDS, FRAME_SEATS)), clock)
                        }
                    }
                    bits := shr(1, bits)
                }
                if eq(until, end) { break }
                until := end
                start := mload(add(FRAME_STARTS, 0x20))
            }
        }
        // What a clock can hold is never before now: only a seat that waits can be beyond it.
        require(ends <= DeviceClocks.MASK, DeviceClocks.ClockOverflow(ends));
    }
}
