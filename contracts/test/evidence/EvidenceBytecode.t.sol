// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Opcodes} from "../base/Opcodes.sol";
import {SnpFixture} from "./SnpFixture.sol";

/// @notice What the verifiers may weigh and which instructions they may use.
contract EvidenceBytecodeTest is SnpFixture {
    /// @dev EIP-170.
    uint256 private constant SIZE_LIMIT = 24_576;

    function setUp() external {
        deployEmulated();
    }

    function test_code_fitsEveryChain() external {
        isPortable(address(_hash), "Sha384");
        isPortable(address(_rsa), "RsaPss");
        isPortable(address(_p384), "P384Verifier");
        isPortable(address(_cache), "CertificateCache");
        isPortable(address(_snp), "SnpVerifier");
    }

    function isPortable(address deployed, string memory name) private {
        bytes memory code = deployed.code;
        vm.snapshotValue("evidence", string.concat(name, ", bytes of code"), code.length);
        assertTrue(code.length < SIZE_LIMIT, name);
        assertEq(Opcodes.firstUnknown(code), type(uint256).max, name);
        assertTrue(Opcodes.codeLength(code) * 10 > code.length * 9, name);
    }
}
