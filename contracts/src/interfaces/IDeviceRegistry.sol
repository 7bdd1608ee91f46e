// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice What an operator brings to register or refresh one GPU.
/// @param enclaveKey address of the secp256k1 key generated inside the TEE for this GPU
/// @param gpuUuid the GPU's UUID as the measured program reads it
/// @param class device class: 1 H100, 2 A100, 3 L40S, 4 MI300X
/// @param blockNumber the block whose hash is the freshness challenge inside the report
/// @param report SEV-SNP attestation report
/// @param vcek DER certificate of the key that signed the report
struct RegistrationRequest {
    address enclaveKey;
    bytes16 gpuUuid;
    uint8 class;
    uint64 blockNumber;
    bytes report;
    bytes vcek;
}

/// @notice One roster slot.
/// @param gpuId keccak256(CHIP_ID ‖ GPU UUID)
/// @param hostChip keccak256(CHIP_ID)
/// @param operator who registered the device and is paid for its work
/// @param class device class
/// @param validUntil unix time; the device mines up to and including it
/// @param previousValidUntil what `validUntil` was before block `refreshedBlock`
/// @param enclaveKey signer of the device's work attestations
/// @param registeredBlock block in which this registration took the slot
/// @param refreshedBlock block in which `validUntil` was last set
/// @param revokedBlock block in which the device was revoked or retired; zero while it is neither
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
/// @notice GPUs whose host proved, with evidence signed by its processor, that a measured program drives them.
/// @dev The roster is a list of slots. One GPU has at most one live registration. So that a draw made over the roster as of an
/// earlier block can be recomputed, a slot keeps the validity it had before its last extension, extensions are at least
/// `EXTENSION_INTERVAL` apart, and a slot is handed to another device only after its validity has run out. Tasks must therefore
/// be shorter-lived than `EXTENSION_INTERVAL`; the mining registry enforces it.
///
/// binding = keccak256(abi.encode(keccak256("AIT device binding v1"), chainId, this registry, operator, enclaveKey, gpuId, class,
/// blockNumber, blockhash)); the report carries REPORT_DATA = binding ‖ 32 zero bytes.
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
    /// @notice A program's measurement was admitted or withdrawn. Devices already registered keep their remaining validity.
    event MeasurementAllowed(bytes32 indexed measurementHash, bool allowed);
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
    /// @notice Thrown when the report was made for something else than this request; each half of REPORT_DATA is compared.
    error ReportDataMismatch(bytes32 expected, bytes32 found);
    /// @notice Thrown when the measured program is not admitted. Hash = keccak256(48-byte MEASUREMENT).
    error MeasurementNotAllowed(bytes32 measurementHash);
    /// @notice Thrown when the challenge block is not one of the last `CHALLENGE_BLOCKS` blocks.
    error ChallengeBlockUnknown(uint64 blockNumber, uint256 current);
    /// @notice Thrown when the host chip has as many live GPUs as are allowed.
    error HostFull(bytes32 hostChip, uint256 limit);
    /// @notice Thrown when a report was used before; identity is the signed content, not the signature.
    error EvidenceReused(bytes32 reportId);
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
    /// @notice Thrown when a governed limit is outside its range.
    error LimitOutOfBounds(uint256 limit, uint256 least, uint256 most);

    /// @notice Registers a GPU for `msg.sender`. Verifies on chain: report signature and certificate path up to the pinned root,
    /// measurement, report data, freshness, single use, uniqueness of GPU and enclave key, and the host limit.
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

    /// @notice Admits or withdraws a measured program. Governor only.
    /// @dev Warning: an admitted program decides what a device reports about its GPU and its results.
    function allowMeasurement(bytes32 measurementHash, bool allowed) external;

    /// @notice Sets how many live GPUs one host chip may carry, from 1 to 16. Governor only.
    function setHostLimit(uint256 limit) external;

    /// @notice The device in a slot.
    function device(uint32 slot) external view returns (Device memory);

    /// @notice The devices in `slots`, in that order.
    function devicesAt(uint32[] calldata slots) external view returns (Device[] memory);

    /// @notice The slot of a GPU's latest registration.
    function slotOf(bytes32 gpuId) external view returns (uint32);

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
