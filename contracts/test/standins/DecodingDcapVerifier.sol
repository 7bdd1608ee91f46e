// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DcapFacts, IDcapVerifier} from "../../src/interfaces/IDcapVerifier.sol";

/// @notice A quote here is the encoded facts themselves: for tests of what the registry does with them.
contract DecodingDcapVerifier is IDcapVerifier {
    function verify(bytes calldata quote, bytes32 pck, bytes calldata) external pure returns (DcapFacts memory facts) {
        facts = abi.decode(quote, (DcapFacts));
        facts.pck = pck;
    }
}
