// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISha384} from "../../src/interfaces/ISha384.sol";
import {EmulatedKey} from "./EmulatedKey.sol";

/// @notice The emulated Genoa chip of /vectors/evidence: signs reports for any binding.
abstract contract EmulatedChip is EmulatedKey {
    string internal constant CHIP = "../vectors/evidence/genoa-v3/";

    function chipFile(string memory name) internal view returns (bytes memory) {
        return vm.readFileBinary(string.concat(CHIP, name));
    }

    /// @notice The chip's report with other REPORT_DATA and POLICY, signed again.
    function reportOf(ISha384 hash, bytes32 data0, bytes32 data1, uint64 policyBits)
        internal
        view
        returns (bytes memory report)
    {
        report = chipFile("report.bin");
        put(report, 0x50, abi.encode(data0, data1));
        for (uint256 i = 0; i < 8; i++) {
            report[0x08 + i] |= bytes1(uint8(policyBits >> (8 * i)));
        }
        signReport(hash, report);
    }

    function signReport(ISha384 hash, bytes memory report) internal view {
        bytes memory signature = signatureOf(hash, cut(report, 0, 672), string.concat(CHIP, "vcek-scalar.hex"));
        for (uint256 i = 0; i < 72; i++) {
            report[0x2a0 + i] = i < 48 ? signature[47 - i] : bytes1(0);
            report[0x2e8 + i] = i < 48 ? signature[95 - i] : bytes1(0);
        }
    }
}
