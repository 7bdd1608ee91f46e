// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What Intel publishes about processors and quoting enclaves, verified once and kept in structure
/// @notice The signature is checked over the exact bytes of Intel's JSON, which is then read strictly. Anyone may submit.
/// What is held gives way only to what was issued later under an evaluation number that is not lower.
interface IDcapCollateral {
    /// @notice TCB info of a processor family was verified.
    event TcbInfoVerified(uint8 indexed tee, bytes6 indexed fmspc, uint16 evaluationNumber, uint64 issueDate, uint64 nextUpdate);
    /// @notice The identity of the quoting enclave was verified.
    event QeIdentityVerified(uint8 indexed tee, uint16 evaluationNumber, uint64 issueDate, uint64 nextUpdate);
    /// @notice The least evaluation number accepted changed.
    event LeastEvaluationNumberChanged(uint16 evaluationNumber);

    /// @notice Thrown when Intel's key did not sign these bytes.
    error CollateralSignatureInvalid(bytes32 signer);
    /// @notice Thrown before the issue date.
    error CollateralNotYetValid(uint256 issueDate, uint256 found);
    /// @notice Thrown after the date of the next update; `fmspc` is zero for a QE identity.
    error CollateralExpired(uint8 tee, bytes6 fmspc, uint256 nextUpdate, uint256 found);
    /// @notice Thrown when the collateral was issued before the one held, or under a lower evaluation number.
    error CollateralSuperseded(uint256 heldIssueDate, uint256 foundIssueDate, uint256 heldNumber, uint256 foundNumber);
    /// @notice Thrown when the evaluation number is below the governed floor.
    error CollateralRolledBack(uint256 least, uint256 found);
    /// @notice Thrown when no TCB info of a processor family was submitted.
    error TcbInfoUnknown(uint8 tee, bytes6 fmspc);
    /// @notice Thrown when no identity of the quoting enclave was submitted.
    error QeIdentityUnknown(uint8 tee);

    /// @notice Verifies TCB info (version 3 of Intel's format) and keeps it.
    /// @param json The exact bytes that Intel signed.
    /// @param r First number of the signature.
    /// @param s Second number of the signature.
    /// @param signer Identifier of the TCB Signing certificate.
    function submitTcbInfo(bytes calldata json, bytes32 r, bytes32 s, bytes32 signer) external;

    /// @notice Verifies the identity of the quoting enclave (version 2 of Intel's format) and keeps it.
    function submitQeIdentity(bytes calldata json, bytes32 r, bytes32 s, bytes32 signer) external;

    /// @notice Sets the least evaluation number accepted, of what is submitted and of what is held. Governor only.
    function setLeastEvaluationNumber(uint16 evaluationNumber) external;

    /// @notice The least evaluation number accepted.
    function leastEvaluationNumber() external view returns (uint16);

    /// @notice TCB info in force of a processor family. Reverts, saying why, when there is none.
    /// @return pceId The provisioning certification enclave it is for.
    /// @return evaluationNumber Intel's tcbEvaluationDataNumber.
    /// @return validUntil When it or its signer's certificate path ends.
    /// @return record What it says, laid out as `TcbEvaluation` describes.
    function tcbInfoOf(uint8 tee, bytes6 fmspc)
        external
        view
        returns (bytes2 pceId, uint16 evaluationNumber, uint64 validUntil, bytes memory record);

    /// @notice The identity in force of the quoting enclave. Reverts, saying why, when there is none.
    function qeIdentityOf(uint8 tee)
        external
        view
        returns (uint16 evaluationNumber, uint64 validUntil, bytes memory record);

    /// @notice When the TCB info held of a processor family was issued, ends, and its number; zeros when there is none.
    function tcbInfoDates(uint8 tee, bytes6 fmspc)
        external
        view
        returns (uint64 issueDate, uint64 nextUpdate, uint16 evaluationNumber);

    /// @notice When the identity held of a quoting enclave was issued, ends, and its number; zeros when there is none.
    function qeIdentityDates(uint8 tee) external view returns (uint64 issueDate, uint64 nextUpdate, uint16 evaluationNumber);
}
