// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Governed} from "../governance/Governed.sol";
import {ICertificateCache, Vcek} from "../interfaces/ICertificateCache.sol";
import {IP384Verifier} from "../interfaces/IP384Verifier.sol";
import {ISha384} from "../interfaces/ISha384.sol";
import {ISnpVerifier, SnpFacts} from "../interfaces/ISnpVerifier.sol";
import {AmdCertificate} from "./AmdCertificate.sol";
import {SnpReport} from "./SnpReport.sol";

/// @title AMD SEV-SNP attestation reports
/// @notice Shape, certificate path, signature, levels, chip and guest policy, in this order; the first failure is the answer.
contract SnpVerifier is Governed, ISnpVerifier {
    using SnpReport for bytes;

    /// @notice What a product must reach.
    /// @param product 1 Milan, 2 Genoa, 3 Turin.
    /// @param tcb The least levels, in the order of TCB_VERSION's bytes.
    struct TcbFloor {
        uint8 product;
        bytes8 tcb;
    }

    /// @notice The floor of a product changed, or the product is (not) accepted.
    event TcbFloorChanged(uint8 indexed product, bool accepted, bytes8 floor);
    /// @notice The highest VMPL accepted changed.
    event HighestVmplChanged(uint32 vmpl);

    /// @notice Thrown when bit 17 of POLICY, which must be one, is not.
    error PolicyReservedBitClear(uint64 policy);
    /// @notice Thrown when the guest may be debugged: its memory is open to the host.
    error DebugEnabled(uint64 policy);
    /// @notice Thrown when a migration agent may export the guest.
    error MigrationAgentEnabled(uint64 policy);
    /// @notice Thrown when the hypervisor asked for the report, not the guest.
    error HypervisorReport();
    /// @notice Thrown when less privileged guest code asked for the report.
    error VmplTooHigh(uint32 most, uint32 found);
    /// @notice Thrown when the report is signed by a VLEK, a key of the cloud operator and not of one chip.
    error VlekNotAccepted();
    /// @notice Thrown when the report is signed by no known kind of key.
    error SigningKeyUnsupported(uint256 expected, uint256 found);
    /// @notice Thrown when CHIP_ID or the chip's key is masked: the report names no machine.
    error ChipIdMasked(uint256 keyInfo);
    /// @notice Thrown when the VCEK's key did not sign the report.
    error ReportSignatureInvalid();
    /// @notice Thrown when REPORTED_TCB is not the levels that the VCEK certificate stands for.
    error TcbMismatch(bytes8 expected, bytes8 found);
    /// @notice Thrown when a level is below the governed floor.
    error TcbBelowFloor(uint8 component, uint8 least, uint8 found);
    /// @notice Thrown when COMMITTED_TCB is above CURRENT_TCB, which no platform reports.
    error TcbInconsistent(bytes8 current, bytes8 committed);
    /// @notice Thrown when CHIP_ID is not the HWID of the certificate; both as keccak256 of 64 bytes.
    error ChipIdMismatch(bytes32 expected, bytes32 found);
    /// @notice Thrown when CPUID names another product than the certificate.
    error CpuidMismatch(uint8 expected, uint8 found, uint8 family, uint8 model);
    /// @notice Thrown when no floor was set for the product.
    error ProductNotAccepted(uint8 product);

    ICertificateCache public immutable certificates;
    ISha384 public immutable hash;
    IP384Verifier public immutable p384;
    /// @notice The highest VMPL whose reports are accepted; 0 is the most privileged guest code.
    uint32 public highestVmpl;
    mapping(uint8 product => bytes8 floor) private _floors;
    mapping(uint8 product => bool accepted) private _accepted;

    constructor(
        address initialGovernor,
        ICertificateCache certificateCache,
        ISha384 sha384,
        IP384Verifier p384Verifier,
        uint32 initialHighestVmpl,
        TcbFloor[] memory floors
    ) Governed(initialGovernor) {
        certificates = certificateCache;
        hash = sha384;
        p384 = p384Verifier;
        highestVmpl = initialHighestVmpl;
        emit HighestVmplChanged(initialHighestVmpl);
        for (uint256 i = 0; i < floors.length; i++) _setFloor(floors[i].product, true, floors[i].tcb);
    }

    /// @notice Accepts a product from a floor on.
    function setTcbFloor(uint8 product, bytes8 floor) external onlyGovernor {
        _setFloor(product, true, floor);
    }

    /// @notice Stops accepting a product.
    function refuseProduct(uint8 product) external onlyGovernor {
        _setFloor(product, false, 0);
    }

    /// @notice Sets the highest VMPL whose reports are accepted.
    function setHighestVmpl(uint32 vmpl) external onlyGovernor {
        highestVmpl = vmpl;
        emit HighestVmplChanged(vmpl);
    }

    /// @notice Whether a product is accepted, and from which levels on.
    function tcbFloorOf(uint8 product) external view returns (bool accepted, bytes8 floor) {
        return (_accepted[product], _floors[product]);
    }

    /// @inheritdoc ISnpVerifier
    function verify(bytes calldata report, bytes calldata vcek, bytes calldata hints) external returns (SnpFacts memory) {
        _requireAcceptableShape(report);
        bytes32 id = vcek.length == 32 ? bytes32(vcek) : certificates.submitVcek(vcek, certificates.intermediateFor(vcek));
        return _verify(report, id, hints);
    }

    /// @inheritdoc ISnpVerifier
    function verifyUnder(bytes calldata report, bytes calldata vcek, bytes32 issuer, bytes calldata hints)
        external
        returns (SnpFacts memory)
    {
        _requireAcceptableShape(report);
        return _verify(report, certificates.submitVcek(vcek, issuer), hints);
    }

    /// @dev What needs no certificate, and so costs a refused caller least.
    function _requireAcceptableShape(bytes calldata report) private view {
        report.requireShape();
        uint64 policy = uint64(report.integerAt(SnpReport.POLICY, 8));
        require(policy & (1 << 17) != 0, PolicyReservedBitClear(policy));
        uint256 keyInfo = report.integerAt(SnpReport.KEY_INFO, 4);
        uint256 signingKey = (keyInfo >> 2) & 7;
        require(signingKey != 1, VlekNotAccepted());
        require(signingKey == 0, SigningKeyUnsupported(0, signingKey));
        bool masked = keyInfo & 2 != 0 || report.isZero(SnpReport.CHIP_ID, SnpReport.CHIP_ID + 64);
        require(!masked, ChipIdMasked(keyInfo));
        uint32 vmpl = uint32(report.integerAt(SnpReport.VMPL, 4));
        require(vmpl != type(uint32).max, HypervisorReport());
        require(vmpl <= highestVmpl, VmplTooHigh(highestVmpl, vmpl));
        require(policy & (1 << 19) == 0, DebugEnabled(policy));
        require(policy & (1 << 18) == 0, MigrationAgentEnabled(policy));
    }

    function _verify(bytes calldata report, bytes32 id, bytes calldata hints) private view returns (SnpFacts memory facts) {
        Vcek memory vcek = certificates.vcekOf(id);
        bytes calldata signed = report[:SnpReport.SIGNED_LENGTH];
        {
            (bytes32 head, bytes16 tail) = hash.sha384(signed);
            bool genuine =
                p384.verifyWithHints(abi.encodePacked(head, tail), report.signatureOf(), vcek.publicKey, hints);
            require(genuine, ReportSignatureInvalid());
        }
        _requireLevels(report, vcek);
        bytes32 chipId = keccak256(report[SnpReport.CHIP_ID:SnpReport.CHIP_ID + 64]);
        require(chipId == vcek.chipId, ChipIdMismatch(vcek.chipId, chipId));
        facts.chipId = chipId;
        facts.measurement = keccak256(report[SnpReport.MEASUREMENT:SnpReport.MEASUREMENT + 48]);
        facts.reportData0 = bytes32(report[SnpReport.REPORT_DATA:SnpReport.REPORT_DATA + 32]);
        facts.reportData1 = bytes32(report[SnpReport.REPORT_DATA + 32:SnpReport.REPORT_DATA + 64]);
        facts.reportId = keccak256(signed);
        facts.vcek = id;
        facts.reportedTcb = vcek.tcb;
        facts.guestPolicy = uint64(report.integerAt(SnpReport.POLICY, 8));
        facts.platformInfo = uint64(report.integerAt(SnpReport.PLATFORM_INFO, 8));
        facts.validUntil = vcek.validUntil;
        facts.vmpl = uint32(report.integerAt(SnpReport.VMPL, 4));
        facts.product = vcek.product;
    }

    /// @dev The levels, component by component: a TCB_VERSION is not a number.
    function _requireLevels(bytes calldata report, Vcek memory vcek) private view {
        bytes8 tcb = _tcbAt(report, SnpReport.REPORTED_TCB);
        require(tcb == vcek.tcb, TcbMismatch(vcek.tcb, tcb));
        if (uint8(report[0]) >= 3) {
            (uint8 family, uint8 model) = (uint8(report[SnpReport.FAMILY]), uint8(report[SnpReport.MODEL]));
            uint8 product = SnpReport.productOf(family, model);
            require(product == vcek.product, CpuidMismatch(vcek.product, product, family, model));
        }
        bytes8 current = _tcbAt(report, SnpReport.CURRENT_TCB);
        bytes8 committed = _tcbAt(report, SnpReport.COMMITTED_TCB);
        require(_accepted[vcek.product], ProductNotAccepted(vcek.product));
        bytes8 floor = _floors[vcek.product];
        for (uint8 i = 0; i < 8; i++) {
            require(committed[i] <= current[i], TcbInconsistent(current, committed));
            require(tcb[i] >= floor[i], TcbBelowFloor(i, uint8(floor[i]), uint8(tcb[i])));
        }
    }

    function _tcbAt(bytes calldata report, uint256 offset) private pure returns (bytes8) {
        return bytes8(report[offset:offset + 8]);
    }

    function _setFloor(uint8 product, bool accepted, bytes8 floor) private {
        bool known = product >= AmdCertificate.MILAN && product <= AmdCertificate.TURIN;
        require(known, ICertificateCache.ProductUnknown(product));
        _accepted[product] = accepted;
        _floors[product] = floor;
        emit TcbFloorChanged(product, accepted, floor);
    }
}
