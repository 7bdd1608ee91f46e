// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NvidiaVerifier} from "../../src/evidence/NvidiaVerifier.sol";
import {RootPin} from "../../src/interfaces/ICertificateCache.sol";
import {GpuEvidence} from "../../src/interfaces/INvidiaVerifier.sol";
import {EmulatedGpu} from "../base/EmulatedGpu.sol";
import {SnpFixture} from "./SnpFixture.sol";

/// @notice The verifier of GPUs as it is deployed, under the emulated vendor's root.
abstract contract GpuFixture is SnpFixture, EmulatedGpu {
    NvidiaVerifier internal _nvidia;

    /// @param fingerprint SHA-384 of the root key, 48 bytes.
    function deployGpu(bytes memory fingerprint, bytes32 references, uint8 modes) internal {
        RootPin[] memory pins = new RootPin[](1);
        pins[0] = RootPin(NVIDIA, fingerprint);
        deploy(pins);
        _nvidia = new NvidiaVerifier(address(this), _cache, _hash, _p384, references, modes);
    }

    function deployEmulatedGpu() internal {
        string memory manifest = vm.readFile(string.concat(GPUS, "manifest.json"));
        string memory digits = vm.parseJsonString(manifest, ".roots.nvidiaDevice");
        deployGpu(vm.parseBytes(string.concat("0x", digits)), referenceRoot(), SINGLE_PASS_THROUGH);
    }

    /// @notice Admits exactly the two references of some evidence.
    function setReferences(GpuEvidence memory evidence) internal {
        bytes32 driver = leafOf(1, "GH100", DRIVER_VERSION, evidence.driver.values);
        bytes32 vbios = leafOf(2, "GH100", VBIOS_VERSION, evidence.vbios.values);
        evidence.driver.proof = siblings(vbios);
        evidence.vbios.proof = siblings(driver);
        _nvidia.setReferences(parentOf(driver, vbios));
        assertEq(_nvidia.referenceLeaf(1, "GH100", DRIVER_VERSION, evidence.driver.values), driver, "leaf");
    }
}
