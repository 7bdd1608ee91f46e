// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Device} from "../../src/interfaces/IDeviceRegistry.sol";
import {RosterEntry, RosterWords} from "../../src/roster/RosterWords.sol";

/// @notice A roster that holds exactly what a test writes into it: what the mining registry reads of a device registry.
contract FixedRoster {
    uint64 public constant EXTENSION_INTERVAL = 12 hours;
    Device[] internal _slots;
    mapping(bytes32 => uint24) public gpuNumberOf;
    mapping(bytes32 => uint24) private _hostNumberOf;
    uint24 private _numbers;

    function add(Device calldata added) external {
        _slots.push(added);
        _number(added);
    }

    function set(uint32 slot, Device calldata changed) external {
        _slots[slot] = changed;
        _number(changed);
    }

    function device(uint32 slot) external view returns (Device memory) {
        return _slots[slot];
    }

    function rosterEntry(uint32 slot) external view virtual returns (RosterEntry memory) {
        return _entryOf(slot);
    }

    function _entryOf(uint32 slot) internal view returns (RosterEntry memory) {
        Device storage found = _slots[slot];
        return RosterEntry({
            holder: uint160(found.operator) | uint256(found.class) << 160 | uint256(gpuNumberOf[found.gpuId]) << 168
                | uint256(_hostNumberOf[found.hostChip]) << 192 | uint256(found.revokedBlock) << 216,
            validity: RosterWords.identityOf(found.gpuId, found.enclaveKey) | uint256(found.validUntil) << 160
                | uint256(found.previousValidUntil) << 192 | uint256(found.refreshedBlock) << 224
        });
    }

    function identityOf(uint32 slot) external view returns (bytes32 gpuId, address enclaveKey) {
        return (_slots[slot].gpuId, _slots[slot].enclaveKey);
    }

    function rosterLength() external view returns (uint32) {
        return uint32(_slots.length);
    }

    function _number(Device calldata found) private {
        if (gpuNumberOf[found.gpuId] == 0) gpuNumberOf[found.gpuId] = ++_numbers;
        if (_hostNumberOf[found.hostChip] == 0) _hostNumberOf[found.hostChip] = ++_numbers;
    }
}
