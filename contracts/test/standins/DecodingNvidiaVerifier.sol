// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GpuEvidence, GpuFacts, INvidiaVerifier} from "../../src/interfaces/INvidiaVerifier.sol";

/// @notice A GPU's report here is the encoded facts themselves: for tests of what a registry does with them.
contract DecodingNvidiaVerifier {
    function verify(GpuEvidence calldata evidence) external pure returns (GpuFacts memory) {
        return abi.decode(evidence.report, (GpuFacts));
    }
}
