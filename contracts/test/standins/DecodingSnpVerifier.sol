// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISnpVerifier, SnpFacts} from "../../src/interfaces/ISnpVerifier.sol";

/// @notice Reads a report's fields without any cryptography, for tests of what the registry does with them. `refuse` makes it answer
/// as the real verifier does when a signature is wrong.
contract DecodingSnpVerifier is ISnpVerifier {
    error Refused();

    uint64 public validUntil = type(uint64).max;
    bool public refuses;

    function setValidUntil(uint64 time) external {
        validUntil = time;
    }

    function refuse(bool isRefusing) external {
        refuses = isRefusing;
    }

    function verify(bytes calldata report, bytes calldata, bytes calldata) external view returns (SnpFacts memory) {
        return _decode(report);
    }

    function verifyUnder(bytes calldata report, bytes calldata, bytes32, bytes calldata)
        external
        view
        returns (SnpFacts memory)
    {
        return _decode(report);
    }

    function _decode(bytes calldata report) private view returns (SnpFacts memory facts) {
        require(!refuses && report.length == 1184, Refused());
        facts.reportData0 = bytes32(report[0x50:0x70]);
        facts.reportData1 = bytes32(report[0x70:0x90]);
        facts.measurement = keccak256(report[0x90:0xc0]);
        facts.chipId = keccak256(report[0x1a0:0x1e0]);
        facts.reportId = keccak256(report[:672]);
        facts.validUntil = validUntil;
    }
}
