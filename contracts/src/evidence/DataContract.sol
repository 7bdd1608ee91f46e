// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Bytes kept as the code of a contract
/// @notice Dearer than a slot to start, a third of the price per byte, and read by one copy. The code starts with STOP: it cannot run.
library DataContract {
    /// @notice Thrown when the data could not be stored.
    error DataNotStored(uint256 length);

    function write(bytes memory data) internal returns (address stored) {
        return writeRaw(abi.encodePacked(hex"00", data));
    }

    /// @notice Stores data that are themselves no program: their first byte must be no instruction.
    function writeRaw(bytes memory data) internal returns (address stored) {
        assembly ("memory-safe") {
            // A program that copies everything behind its 11 bytes to memory and returns it stands in for the length while it is needed.
            let length := mload(data)
            mstore(data, 0x600b5981380380925939f3)
            stored := create(0, add(data, 21), add(length, 11))
            mstore(data, length)
        }
        require(stored != address(0), DataNotStored(data.length));
    }

    function read(address stored) internal view returns (bytes memory data) {
        return read(stored, 0, stored.code.length - 1);
    }

    function read(address stored, uint256 offset, uint256 length) internal view returns (bytes memory data) {
        data = new bytes(length);
        assembly ("memory-safe") {
            extcodecopy(stored, add(data, 0x20), add(offset, 1), length)
        }
    }
}
