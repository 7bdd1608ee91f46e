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
        // Copies everything behind its 11 bytes to memory and returns it.
        bytes memory code = abi.encodePacked(hex"600b5981380380925939f3", data);
        assembly ("memory-safe") {
            stored := create(0, add(code, 0x20), mload(code))
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
