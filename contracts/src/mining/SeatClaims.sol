// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SeatClaim} from "../interfaces/IMiningRegistry.sol";
import {DeviceClocks} from "./DeviceClocks.sol";
import {EnclaveSignature} from "./EnclaveSignature.sol";
import {WorkTerms} from "./WorkTerms.sol";

/// @title Seat claims
/// @notice The two passes over a task's claims: are they good, and what is paid for them. They decide what a settlement costs, so both
/// are one loop of assembly each; what is wrong with a claim is found out elsewhere, once something is.
/// @dev `seats` holds entries of `SeatCache`, whose words lie at: slot 0x00, gpuId 0x60, holder 0x80, validity 0xa0, serves until 0xc0,
/// live key 0xe0, clock word's entry 0x100, clock's shift 0x120, payee's entry 0x140, offset of its class's terms 0x160. A claim is six
/// words: seat, gpuId, resultHash, duration, r, vs.
library SeatClaims {
    /// @notice Checks claims up to the first bad one.
    /// @param seats devices by seat
    /// @param level number of seats
    /// @param agreed result that a claim of zero stands for
    /// @param statement task and workload filled in; the rest is overwritten
    /// @param terms of the task by class; no device is of class 0
    /// @return claimed bits of the seats whose claims are good
    /// @return matching bits of those that claim `agreed`
    /// @return bad position of the first bad claim, from 1; zero if there is none
    function check(
        SeatClaim[] calldata claims,
        uint256[7] memory seats,
        uint256 level,
        bytes32 agreed,
        EnclaveSignature.Statement memory statement,
        bytes32 domainSeparator,
        WorkTerms.Terms[5] memory terms
    ) internal view returns (uint256 claimed, uint256 matching, uint256 bad) {
        uint256 most = EnclaveSignature.S_MOST;
        assembly ("memory-safe") {
            let claim := claims.offset
            let end := add(claim, mul(claims.length, 0xc0))
            // The digest's preimage, then the precompile's input.
            let free := mload(0x40)
            mstore(free, hex"1901")
            mstore(add(free, 0x02), domainSeparator)
            for {} lt(claim, end) { claim := add(claim, 0xc0) } {
                let seat := calldataload(claim)
                let bit := shl(seat, 1)
                let isGood := and(lt(claimed, bit), lt(seat, level))
                if isGood {
                    let seated := mload(add(seats, shl(5, seat)))
                    let result := calldataload(add(claim, 0x40))
                    if iszero(result) { result := agreed }
                    let gpuId := mload(add(seated, 0x60))
                    let duration := calldataload(add(claim, 0x60))
                    mstore(add(statement, 0x60), result)
                    mstore(add(statement, 0x80), gpuId)
                    mstore(add(statement, 0xa0), duration)
                    mstore(add(free, 0x22), keccak256(statement, 0xc0))
                    mstore(add(free, 0x60), keccak256(free, 0x42))
                    let vs := calldataload(add(claim, 0xa0))
                    let s := shr(1, shl(1, vs))
                    mstore(add(free, 0x80), add(27, shr(255, vs)))
                    mstore(add(free, 0xa0), calldataload(add(claim, 0x80)))
                    mstore(add(free, 0xc0), s)
                    // The precompile answers nothing for a signature without a signer; the word stays zero then.
                    mstore(0x00, 0)
                    if iszero(staticcall(gas(), 1, add(free, 0x60), 0x80, 0x00, 0x20)) { revert(0, 0) }
                    let signer := mload(0x00)
                    let term := mload(add(terms, mload(add(seated, 0x160))))
                    let claimedId := calldataload(add(claim, 0x20))
                    isGood := and(
                        and(eq(signer, mload(add(seated, 0xe0))), iszero(or(iszero(signer), gt(s, most)))),
                        and(
                            or(iszero(claimedId), eq(claimedId, gpuId)),
                            iszero(or(lt(duration, mload(term)), gt(duration, mload(add(term, 0x20)))))
                        )
                    )
                    if eq(result, agreed) { matching := or(matching, bit) }
                    claimed := or(claimed, bit)
                }
                if iszero(isGood) {
                    bad := add(div(sub(claim, claims.offset), 0xc0), 1)
                    break
                }
            }
        }
    }

    /// @notice Moves the clocks of the seats that are due and credits their operators.
    /// @param seats devices by seat, their clocks and payees known
    /// @param bits of the seats that claim, that agree and that are due, from the lowest byte
    /// @param starts milliseconds at which seats 0 to 2 can have started, and the others
    /// @param terms of the task by class
    /// @param nowMillis beyond which a clock makes its seat wait
    /// @param amount wei of one seat
    /// @param ends receives, by seat, where the clock of a seat that waits stands
    /// @return paid number of seats credited
    /// @return late bits of the seats that wait
    /// @return outcomes roster slot and code of each seat, as in `IMiningRegistry.TaskSettled`
    function pay(
        SeatClaim[] calldata claims,
        uint256[7] memory seats,
        uint256 level,
        uint256 bits,
        uint256[2] memory starts,
        WorkTerms.Terms[5] memory terms,
        uint256 nowMillis,
        uint256 amount,
        uint256[7] memory ends
    ) internal pure returns (uint256 paid, uint256 late, uint256 outcomes) {
        uint256 mask = DeviceClocks.MASK;
        uint256 largest = 0;
        assembly ("memory-safe") {
            let claim := claims.offset
            outcomes := shl(248, level)
            for { let seat := 0 } lt(seat, level) { seat := add(seat, 1) } {
                let seated := mload(add(seats, shl(5, seat)))
                let own := shr(seat, bits)
                // Codes: 0 paid, 1 silent, 2 in the minority, 6 waiting, 7 paid before.
                let code := 1
                if and(own, 1) {
                    code := add(2, mul(5, and(shr(8, own), 1)))
                    if and(own, 0x10000) {
                        let entry := mload(add(seated, 0x100))
                        let shift := mload(add(seated, 0x120))
                        let word := mload(add(entry, 0x60))
                        let end := and(shr(shift, word), mask)
                        let start := mload(add(starts, shl(5, gt(seat, 2))))
                        if lt(end, start) { end := start }
                        let used := mload(add(mload(add(terms, mload(add(seated, 0x160)))), 0x40))
                        let duration := calldataload(add(claim, 0x60))
                        if lt(used, duration) { used := duration }
                        end := add(end, used)
                        if gt(end, largest) { largest := end }
                        mstore(add(entry, 0x60), or(and(word, not(shl(shift, mask))), shl(shift, end)))
                        code := 6
                        switch gt(end, nowMillis)
                        case 0 {
                            code := 0
                            paid := add(paid, 1)
                            let payee := add(mload(add(seated, 0x140)), 0x60)
                            mstore(payee, add(mload(payee), amount))
                        }
                        default {
                            late := or(late, shl(seat, 1))
                            mstore(add(ends, shl(5, seat)), end)
                        }
                    }
                    claim := add(claim, 0xc0)
                }
                outcomes := or(outcomes, shl(shl(5, seat), or(mload(seated), shl(28, code))))
            }
        }
        require(largest <= mask, DeviceClocks.ClockOverflow(largest));
    }
}
