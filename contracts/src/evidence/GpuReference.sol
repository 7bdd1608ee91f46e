// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {INvidiaVerifier, Reference} from "../interfaces/INvidiaVerifier.sol";
import {SpdmFields, SpdmReport} from "./SpdmReport.sol";

/// @title Reference values of a driver or a VBIOS, held against the measurements of a report
library GpuReference {
    bytes32 private constant DOMAIN = keccak256("AIT GPU reference v1");
    /// @dev The measurement of the first video decoder: one that is off is not measured the same way twice.
    uint256 private constant DECODER_INDEX = 35;

    /// @notice As `INvidiaVerifier.referenceLeaf` describes it.
    function leafOf(uint8 kind, bytes5 chip, bytes32 version, bytes calldata values) internal pure returns (bytes32) {
        return keccak256(abi.encode(DOMAIN, kind, chip, version, keccak256(values)));
    }

    /// @notice Requires that a reference is under the governed root.
    function requireAdmitted(Reference calldata reference_, uint8 kind, bytes32 root, bytes5 chip, bytes32 version) internal pure {
        bytes32 leaf = leafOf(kind, chip, version, reference_.values);
        bool isAdmitted = MerkleProof.verifyCalldata(reference_.proof, root, leaf);
        require(isAdmitted, INvidiaVerifier.ReferenceUnknown(kind, leaf));
    }

    /// @notice Requires that every measurement that a reference lists has one of its values in the report.
    /// @return listed A bit for each measurement that the reference lists.
    function compare(bytes calldata values, uint8 kind, bytes calldata report, SpdmFields memory fields)
        internal
        pure
        returns (uint256 listed)
    {
        uint256 offset = 0;
        uint256 least = 0;
        while (offset != values.length) {
            require(values.length - offset >= 2, INvidiaVerifier.ReferenceMalformed(kind, offset));
            uint256 index = uint8(values[offset]);
            uint256 end = offset + 2 + SpdmReport.DIGEST * uint8(values[offset + 1]);
            require(index >= least && index < 254 && end <= values.length, INvidiaVerifier.ReferenceMalformed(kind, offset));
            // The manifest's index i is the report's block i + 1.
            bool skipped = index == DECODER_INDEX && fields.isDecoderOff;
            bool same = skipped || _isAmong(values[offset + 2:end], report, fields.places[index + 1]);
            require(same, INvidiaVerifier.MeasurementDiffers(kind, index));
            listed |= 1 << index;
            least = index + 1;
            offset = end;
        }
    }

    function _isAmong(bytes calldata values, bytes calldata report, uint256 place) private pure returns (bool) {
        if (place == 0) return false;
        bytes32 head = bytes32(report[place:]);
        bytes16 tail = bytes16(report[place + 32:]);
        for (uint256 i = 0; i < values.length; i += SpdmReport.DIGEST) {
            if (bytes32(values[i:]) == head && bytes16(values[i + 32:]) == tail) return true;
        }
        return false;
    }
}
