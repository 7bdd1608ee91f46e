// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Device} from "../../src/interfaces/IDeviceRegistry.sol";

/// @notice A roster that holds exactly what a test writes into it: what the mining registry reads of a device registry.
contract FixedRoster {
    uint64 public constant EXTENSION_INTERVAL = 1 hours;
    Device[] internal _slots;

    error DeviceNotRegistered(bytes32 gpuId);

    function add(Device calldata added) external {
        _slots.push(added);
    }

    function set(uint32 slot, Device calldata changed) external {
        _slots[slot] = changed;
    }

    function device(uint32 slot) external view virtual returns (Device memory) {
        return _slots[slot];
    }

    function rosterLength() external view returns (uint32) {
        return uint32(_slots.length);
    }

    function slotOf(bytes32 gpuId) external view returns (uint32) {
        for (uint32 slot = 0; slot < _slots.length; slot++) {
            if (_slots[slot].gpuId == gpuId) return slot;
        }
        revert DeviceNotRegistered(gpuId);
    }
}
