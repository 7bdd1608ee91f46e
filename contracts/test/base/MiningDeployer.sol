// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDeviceRegistry} from "../../src/interfaces/IDeviceRegistry.sol";
import {IMiningRegistry} from "../../src/interfaces/IMiningRegistry.sol";
import {BootstrapTerms} from "../../src/interfaces/ISubsidyBudget.sol";
import {Test} from "./Test.sol";

/// @notice Deploys the mining registry from its artifact: tests that import its source would be compiled as slowly as it is.
abstract contract MiningDeployer is Test {
    /// @notice The bootstrap that tests deploy with.
    function bootstrap() internal pure virtual returns (BootstrapTerms memory) {
        return BootstrapTerms({upfront: 1e6 ether, decaying: 1e6 ether, halfLife: 30 days});
    }

    /// @notice How many of 65,536 tasks are audited from the start: none unless a test says so.
    function initialAuditShare() internal pure virtual returns (uint16) {
        return 0;
    }

    function deployMining(IDeviceRegistry devices, address governor, address coordinator)
        internal
        returns (IMiningRegistry deployed)
    {
        return deployMining(vm.getCode("MiningRegistry.sol:MiningRegistry"), devices, governor, coordinator);
    }

    /// @notice With the creation code at hand, the only step is the creation itself: a prank or an expected revert applies to it.
    function deployMining(bytes memory creationCode, IDeviceRegistry devices, address governor, address coordinator)
        internal
        returns (IMiningRegistry deployed)
    {
        bytes memory code = bytes.concat(creationCode, abi.encode(devices, governor, coordinator, bootstrap(), initialAuditShare()));
        assembly ("memory-safe") {
            deployed := create(0, add(code, 0x20), mload(code))
            if iszero(deployed) {
                returndatacopy(0, 0, returndatasize())
                revert(0, returndatasize())
            }
        }
    }
}
