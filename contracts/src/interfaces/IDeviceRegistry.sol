// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {RosterEntry} from "../roster/RosterWords.sol";
import {IAttendanceRegistry} from "./IAttendanceRegistry.sol";
import {IChallengeRegistry} from "./IChallengeRegistry.sol";
import {GpuEvidence} from "./INvidiaVerifier.sol";

/// @notice What an operator brings to register or refresh one GPU.
/// @param enclaveKey address of the secp256k1 key generated inside the TEE for this GPU
/// @param gpuUuid the GPU's UUID as the measured program reads it; unused with evidence of the GPU itself
/// @param class device class: 1 H100, 2 A100, 3 L40S, 4 MI300X
/// @param platform whose evidence the report is: 1 AMD SEV-SNP, 2 Intel DCAP (TDX or SGX)
/// @param blockNumber the block whose hash is the freshness challenge inside the report
/// @param report SEV-SNP attestation report, or DCAP quote
/// @param endorsement certificate of the key that signed the report: of SEV-SNP the VCEK in DER or the 32 bytes of its identifier in
/// the certificate cache, of DCAP the 32 bytes of the PCK certificate's identifier
/// @param hints for the signature of an SEV-SNP report (`IP384Verifier`) or those of a quote (`IDcapVerifier`), or no bytes
/// @param gpu evidence of the GPU itself; its report is empty where there is none
struct RegistrationRequest {
    address enclaveKey;
    bytes16 gpuUuid;
    uint8 class;
    uint8 platform;
    uint64 blockNumber;
    bytes report;
    bytes endorsement;
    bytes hints;
    GpuEvidence gpu;
}

/// @notice One roster slot.
/// @param gpuId with evidence of the GPU itself keccak256 of its device identity key (SubjectPublicKeyInfo of the boot ROM certificate);
/// without, keccak256(CHIP_ID ‖ GPU UUID) on SEV-SNP and keccak256(hostChip ‖ GPU UUID) on DCAP
/// @param hostChip keccak256(CHIP_ID) of SEV-SNP, keccak256(PPID) of DCAP
/// @param operator who registered the device and is paid for its work
/// @param class device class
/// @param validUntil unix time; the device mines up to and including it
/// @param previousValidUntil what `validUntil` was before block `refreshedBlock`
/// @param enclaveKey signer of the device's work attestations
/// @param registeredBlock block in which this registration took the slot; zero once its GPU is registered in another
/// @param refreshedBlock block from which `validUntil` counts: in which it was last set, or in which the device first proved its class;
/// 2^32 - 1 while it has not, which no block reaches
/// @param revokedBlock block in which the device was revoked, retired or suspended; zero while it is none of these
struct Device {
    bytes32 gpuId;
    bytes32 hostChip;
    address operator;
    uint8 class;
    uint40 validUntil;
    uint40 previousValidUntil;
    address enclaveKey;
    uint40 registeredBlock;
    uint40 refreshedBlock;
    uint40 revokedBlock;
}

/// @title Device registry
/// @notice GPUs whose host proved, with evidence signed by its processor, that a measured program drives them, and which, where their
/// class has evidence of its own, proved themselves.
/// @dev The roster is a list of slots. One GPU has at most one live registration. So that a draw made over the roster as of an
/// earlier block can be recomputed, a slot keeps the validity it had before its last extension, extensions are at least
/// `EXTENSION_INTERVAL` apart, and a slot is handed to another device only after its validity has run out. Tasks must therefore
/// be shorter-lived than `EXTENSION_INTERVAL`; the mining registry enforces it.
///
/// binding = keccak256(abi.encode(keccak256("AIT device binding v1"), chainId, this registry, operator, enclaveKey, gpuId, class,
/// blockNumber, blockhash)). REPORT_DATA is binding ‖ sha256(GPU report), and the nonce of the GPU report is the binding: each piece
/// of evidence names the other. Without evidence of the GPU, REPORT_DATA is binding ‖ 32 zero bytes.
///
/// Trust profiles: 1 attested GPU (both pieces of evidence), 2 measured host (a SEV-SNP or TDX guest that drives the GPU), 3 measured
/// enclave (SGX, which cannot drive a GPU: the lowest). The governor says which a class admits; 3 only where 2 is admitted too.
///
/// Where the challenge registry demands it of a class, a device of profile 2 or 3 is in no draw before it has passed a class challenge, and
/// its validity is not extended beyond what its last one proves.
///
/// A device that the attendance registry suspended for its absence may be refreshed, and registered again once it may be at all, and stays
/// suspended. When its suspension ends it counts as extended in that block, and was in no draw before; the attendance registry keeps a
/// suspension for at least `EXTENSION_INTERVAL`, so that no task drawn before it is left.
interface IDeviceRegistry {
    /// @notice A device took a slot.
    event DeviceRegistered(
        bytes32 indexed gpuId,
        address indexed operator,
        bytes32 indexed hostChip,
        uint32 slot,
        uint8 class,
        address enclaveKey,
        uint40 validUntil
    );
    /// @notice A device brought fresh evidence; `validUntil` is unchanged when the last extension is too recent.
    event DeviceRefreshed(bytes32 indexed gpuId, address enclaveKey, uint40 validUntil);
    /// @notice The governor excluded a GPU.
    event DeviceRevoked(bytes32 indexed gpuId, bytes32 reason);
    /// @notice The governor lifted an exclusion; the GPU may be registered again.
    event DeviceReinstated(bytes32 indexed gpuId);
    /// @notice The operator withdrew a device.
    event DeviceRetired(bytes32 indexed gpuId);
    /// @notice A device that took a slot is in no draw until it has proven its class.
    event ClassProofDemanded(bytes32 indexed gpuId);
    /// @notice A device passed a class challenge; the first time, its validity counts from this block.
    event ClassProven(bytes32 indexed gpuId, uint40 provenUntil);
    /// @notice A device failed a class challenge; it may be registered again and prove itself.
    event DeviceSuspended(bytes32 indexed gpuId);
    /// @notice A device was silent too often; or it took a slot while its GPU was suspended for that. It may be refreshed, and proves that
    /// it is there at the attendance registry.
    event DeviceSuspendedForAbsence(bytes32 indexed gpuId);
    /// @notice A suspension for absence ended, and nothing else excludes the device: it is in draws again from this block on.
    event DeviceResumed(bytes32 indexed gpuId);
    /// @notice A program's measurement was admitted or withdrawn. Devices already registered keep their remaining validity.
    event MeasurementAllowed(bytes32 indexed measurementHash, bool allowed);
    /// @notice A trust profile was admitted for a class, or is no longer. Devices already registered keep their remaining validity.
    event ProfileAdmitted(uint8 indexed class, uint8 indexed profile, bool admitted);
    /// @notice The number of live GPUs allowed per host chip changed.
    event HostLimitChanged(uint256 limit);

    /// @notice Thrown when no registration of this GPU exists.
    error DeviceNotRegistered(bytes32 gpuId);
    /// @notice Thrown when a GPU with a live registration is registered again; refresh or retire it.
    error DeviceAlreadyRegistered(bytes32 gpuId, uint40 validUntil);
    /// @notice Thrown when the GPU was revoked (or, on refresh, retired).
    error DeviceIsRevoked(bytes32 gpuId);
    /// @notice Thrown when a revoked GPU is expected and this one is not revoked.
    error DeviceNotRevoked(bytes32 gpuId);
    /// @notice Thrown when a class is not one of the table.
    error ClassUnknown(uint8 class);
    /// @notice Thrown when a refresh names another class than the registration.
    error ClassMismatch(uint8 expected, uint8 found);
    /// @notice Thrown when a class does not admit what the evidence amounts to: 1 attested GPU, 2 measured host, 3 measured enclave.
    error ProfileNotAdmitted(uint8 class, uint8 profile);
    /// @notice Thrown when a refresh brings evidence of another trust profile than the registration.
    error ProfileMismatch(uint8 expected, uint8 found);
    /// @notice Thrown when no profile has this number.
    error ProfileUnknown(uint8 profile);
    /// @notice Thrown when a platform has no number, or no verifier here.
    error PlatformNotAccepted(uint8 platform);
    /// @notice Thrown when the GPU's chip is none of the class.
    error ChipNotOfClass(uint8 class, bytes5 chip);
    /// @notice Thrown when an identifier of a certificate is not 32 bytes long.
    error IdentifierLengthInvalid(uint256 expected, uint256 found);
    /// @notice Thrown when the GPU's report was made for something else than this request.
    error GpuNonceMismatch(bytes32 expected, bytes32 found);
    /// @notice Thrown when the report was made for something else than this request; each half of REPORT_DATA is compared.
    error ReportDataMismatch(bytes32 expected, bytes32 found);
    /// @notice Thrown when the measured program is not admitted. Hash = keccak256(48-byte MEASUREMENT) of SEV-SNP, `DcapFacts.measurement`
    /// of DCAP.
    error MeasurementNotAllowed(bytes32 measurementHash);
    /// @notice Thrown when the challenge block is not one of the last `CHALLENGE_BLOCKS` blocks.
    error ChallengeBlockUnknown(uint64 blockNumber, uint256 current);
    /// @notice Thrown when the host chip has as many live GPUs as are allowed.
    error HostFull(bytes32 hostChip, uint256 limit);
    /// @notice Thrown when evidence of this GPU was used that is as new or newer: the challenge block must rise from one to the next.
    error EvidenceReused(uint64 lastBlockNumber, uint64 blockNumber);
    /// @notice Thrown when the enclave key belongs, or once belonged, to another GPU.
    error EnclaveKeyInUse(address enclaveKey);
    /// @notice Thrown when the enclave key is the zero address.
    error EnclaveKeyMissing();
    /// @notice Thrown when the certificate path has ended.
    error EvidenceExpired(uint256 validUntil, uint256 current);
    /// @notice Thrown when someone other than the device's operator acts for it.
    error NotOperator(address expected, address found);
    /// @notice Thrown when a slot beyond the roster is read.
    error SlotUnknown(uint32 slot, uint32 rosterLength);
    /// @notice Thrown when anyone but the challenge registry says how a class challenge ended.
    error NotChallengeRegistry(address expected, address found);
    /// @notice Thrown when anyone but the attendance registry suspends a device for absence, or ends that.
    error NotAttendanceRegistry(address expected, address found);
    /// @notice Thrown when a suspension for absence ends that there is none of.
    error DeviceNotAbsent(bytes32 gpuId);
    /// @notice Thrown when a governed limit is outside its range.
    error LimitOutOfBounds(uint256 limit, uint256 least, uint256 most);

    /// @notice Registers a GPU for `msg.sender`. Verifies on chain: signatures and certificate paths of both pieces of evidence up to
    /// the pinned roots, measurements, what binds them to each other and to this request, freshness, single use, uniqueness of GPU and
    /// enclave key, the trust profile and the host limit.
    /// @dev Valid until the earlier of the end of the certificate path and 24 h from now. A GPU whose registration expired or was
    /// retired may be registered again, by anyone who brings its evidence; once its old validity has run out it takes its old slot.
    /// @return slot the roster slot
    function registerDevice(RegistrationRequest calldata request) external returns (uint32 slot);

    /// @notice Brings fresh evidence for a registered GPU, by its operator; may bring a new enclave key.
    /// @dev Extends validity only if the last extension is at least `EXTENSION_INTERVAL` old; an earlier refresh replaces the key only.
    function refreshDevice(RegistrationRequest calldata request) external;

    /// @notice Withdraws a GPU, by its operator. Its slot stays dead until its validity has run out.
    function retireDevice(bytes32 gpuId) external;

    /// @notice Excludes a GPU, registered or not, until it is reinstated. Governor only.
    /// @dev Warning: takes effect at once: work not yet settled is not paid to it.
    function revokeDevice(bytes32 gpuId, bytes32 reason) external;

    /// @notice Lifts an exclusion. The device must register again. Governor only.
    function reinstateDevice(bytes32 gpuId) external;

    /// @notice Notes that a device proved its class. Challenge registry only.
    function proveClass(bytes32 gpuId, uint32 provenUntil) external;

    /// @notice Suspends a device that failed a class challenge. Challenge registry only.
    /// @dev Warning: takes effect at once: work not yet settled is not paid to it.
    function suspendDevice(bytes32 gpuId) external;

    /// @notice Suspends a device that is silent. Attendance registry only.
    /// @dev Warning: takes effect at once: work not yet settled is not paid to it. Outlasts any refresh and any registration of the GPU.
    function suspendAbsent(bytes32 gpuId) external;

    /// @notice Ends a suspension for absence. Attendance registry only.
    /// @dev Ends no exclusion for another reason. Refused while the host chip has as many other live GPUs as are allowed.
    function resumeDevice(bytes32 gpuId) external;

    /// @notice Admits or withdraws a measured program. Governor only.
    /// @dev Warning: an admitted program decides what a device reports about its GPU and its results.
    function allowMeasurement(bytes32 measurementHash, bool allowed) external;

    /// @notice Admits or withdraws a trust profile for a class. Governor only.
    /// @dev Warning: a class that admits a measured host next to attested GPUs cannot tell that the same GPU is registered as both.
    function admitProfile(uint8 class, uint8 profile, bool admitted) external;

    /// @notice Sets how many live GPUs one host chip may carry, from 1 to 16. Governor only.
    function setHostLimit(uint256 limit) external;

    /// @notice The device in a slot.
    function device(uint32 slot) external view returns (Device memory);

    /// @notice The devices in `slots`, in that order.
    function devicesAt(uint32[] calldata slots) external view returns (Device[] memory);

    /// @notice The packed words of a slot, as settlement reads them; zeros for a slot that nobody took.
    function rosterEntry(uint32 slot) external view returns (RosterEntry memory);

    /// @notice The GPU in a slot and its enclave key: what the identity in the packed words is made of.
    function identityOf(uint32 slot) external view returns (bytes32 gpuId, address enclaveKey);

    /// @notice The GPU that an enclave key belongs to, or once belonged to; zero if none.
    function gpuOfKey(address enclaveKey) external view returns (bytes32);

    /// @notice A GPU's number, given at its first registration and kept for ever; zero if it was never registered.
    function gpuNumberOf(bytes32 gpuId) external view returns (uint24);

    /// @notice Until when the last class challenge that a GPU passed under its latest registration counts, unix time; zero if it passed none.
    function provenUntilOf(bytes32 gpuId) external view returns (uint40);

    /// @notice Where classes without evidence of the GPU prove themselves; zero where there is no such contract.
    function challenges() external view returns (IChallengeRegistry);

    /// @notice Who suspends devices that are silent; zero where nobody does.
    function attendance() external view returns (IAttendanceRegistry);

    /// @notice True while a GPU is suspended for absence, registered or not.
    function isAbsent(bytes32 gpuId) external view returns (bool);

    /// @notice The slot of a GPU's latest registration.
    function slotOf(bytes32 gpuId) external view returns (uint32);

    /// @notice The trust profile of the device in a slot: 1 attested GPU, 2 measured host, 3 measured enclave.
    function profileOf(uint32 slot) external view returns (uint8);

    /// @notice Whether a class admits a trust profile.
    function isProfileAdmitted(uint8 class, uint8 profile) external view returns (bool);

    /// @notice How many slots the roster has, dead ones included.
    function rosterLength() external view returns (uint32);

    /// @notice What the first half of REPORT_DATA must be; the challenge block's hash is looked up.
    function bindingOf(address operator, address enclaveKey, bytes32 gpuId, uint8 class, uint64 blockNumber)
        external
        view
        returns (bytes32);

    /// @notice True if a program with this measurement hash may be registered.
    function isMeasurementAllowed(bytes32 measurementHash) external view returns (bool);

    /// @notice True if the governor excluded this GPU.
    function isRevoked(bytes32 gpuId) external view returns (bool);

    /// @notice How many live GPUs one host chip may carry.
    function hostLimit() external view returns (uint256);

    /// @notice Seconds that must pass between two extensions of a device's validity.
    function EXTENSION_INTERVAL() external view returns (uint64);
}
