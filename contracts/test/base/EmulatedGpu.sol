// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GpuEvidence} from "../../src/interfaces/INvidiaVerifier.sol";
import {ISha384} from "../../src/interfaces/ISha384.sol";
import {ICertificateCache} from "../../src/interfaces/ICertificateCache.sol";
import {EmulatedKey} from "./EmulatedKey.sol";

/// @notice The emulated H100 of /vectors/evidence/devices: answers any nonce, with any change, signed again.
abstract contract EmulatedGpu is EmulatedKey {
    string internal constant GPUS = "../vectors/evidence/devices/";
    uint8 internal constant NVIDIA = 4;
    uint8 internal constant SINGLE_PASS_THROUGH = 1 << 1;
    bytes32 internal constant DRIVER_VERSION = keccak256("550.90.07");
    bytes32 internal constant VBIOS_VERSION = keccak256(hex"96009f0001");
    /// @dev Where things lie in the emulated report.
    uint256 internal constant NONCE_AT = 4;
    uint256 internal constant BLOCKS_AT = 45;
    uint256 internal constant OPAQUE_AT = 3599;

    function gpuFile(string memory gpu, string memory name) internal view returns (bytes memory) {
        return vm.readFileBinary(string.concat(GPUS, gpu, "/", name));
    }

    /// @notice Certificate `index` of a GPU's path, the attestation key's first.
    function gpuCertificate(string memory gpu, uint256 index) internal view returns (bytes memory) {
        return gpuFile(gpu, string.concat("certificate-", vm.toString(index), ".der"));
    }

    /// @notice Submits a GPU's path without the attestation key's certificate; returns the device certificate's identifier.
    function submitDevice(ICertificateCache cache, string memory gpu) internal returns (bytes32 id) {
        for (uint256 index = 4; index > 0; index--) {
            id = cache.submitGpuCertificate(gpuCertificate(gpu, index), id, "");
        }
    }

    /// @notice The H100's report with another nonce, signed again.
    function gpuReportOf(ISha384 hash, bytes32 nonce) internal view returns (bytes memory report) {
        report = gpuFile("h100", "evidence.bin");
        put(report, NONCE_AT, abi.encode(nonce));
        signGpuReport(hash, report);
    }

    function signGpuReport(ISha384 hash, bytes memory report) internal view {
        bytes memory message = cut(report, 0, report.length - 96);
        put(report, message.length, signatureOf(hash, message, string.concat(GPUS, "h100/attestation-scalar.hex")));
    }

    /// @notice A report with its opaque fields replaced, signed again.
    function withOpaque(ISha384 hash, bytes memory report, bytes memory opaque) internal view returns (bytes memory changed) {
        bytes2 length = bytes2(uint16((opaque.length >> 8) | ((opaque.length & 0xff) << 8)));
        changed = bytes.concat(cut(report, 0, OPAQUE_AT - 2), length, opaque, new bytes(96));
        signGpuReport(hash, changed);
    }

    /// @notice The values of a reference manifest of these GPUs: index n may be 48 times the byte n + 1.
    function valuesOf(uint8[] memory indices) internal pure returns (bytes memory values) {
        for (uint256 i = 0; i < indices.length; i++) {
            values = bytes.concat(values, bytes2(uint16(indices[i]) << 8 | 1), filled(indices[i] + 1));
        }
    }

    function filled(uint8 value) internal pure returns (bytes memory digest) {
        digest = new bytes(48);
        for (uint256 i = 0; i < 48; i++) digest[i] = bytes1(value);
    }

    /// @notice The measurements that driver.xml lists.
    function driverValues() internal pure returns (bytes memory) {
        uint8[] memory indices = new uint8[](21);
        indices[0] = 7;
        for (uint8 i = 0; i < 20; i++) indices[1 + i] = 21 + i;
        return valuesOf(indices);
    }

    /// @notice The measurements that vbios.xml lists.
    function vbiosValues() internal pure returns (bytes memory) {
        uint8[] memory indices = new uint8[](12);
        for (uint8 i = 0; i < 12; i++) indices[i] = i < 7 ? i : i + 1;
        return valuesOf(indices);
    }

    /// @dev As `INvidiaVerifier.referenceLeaf` describes it.
    function leafOf(uint8 kind, bytes5 chip, bytes32 version, bytes memory values) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256("AIT GPU reference v1"), kind, chip, version, keccak256(values)));
    }

    function parentOf(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return left < right ? keccak256(abi.encode(left, right)) : keccak256(abi.encode(right, left));
    }

    function siblings(bytes32 sibling) internal pure returns (bytes32[] memory proof) {
        proof = new bytes32[](1);
        proof[0] = sibling;
    }

    /// @notice The root of the references that the emulated vendor publishes.
    function referenceRoot() internal pure returns (bytes32) {
        return parentOf(driverLeaf(), vbiosLeaf());
    }

    function driverLeaf() internal pure returns (bytes32) {
        return leafOf(1, "GH100", DRIVER_VERSION, driverValues());
    }

    function vbiosLeaf() internal pure returns (bytes32) {
        return leafOf(2, "GH100", VBIOS_VERSION, vbiosValues());
    }

    /// @notice Evidence around a report, with the references and their proofs.
    function evidenceOf(bytes memory report, bytes memory key, bytes32 device)
        internal
        pure
        returns (GpuEvidence memory evidence)
    {
        evidence.report = report;
        evidence.key = key;
        evidence.device = device;
        evidence.driver.values = driverValues();
        evidence.driver.proof = siblings(vbiosLeaf());
        evidence.vbios.values = vbiosValues();
        evidence.vbios.proof = siblings(driverLeaf());
    }
}
