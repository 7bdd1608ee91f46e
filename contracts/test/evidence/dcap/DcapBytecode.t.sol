// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Opcodes} from "../../base/Opcodes.sol";
import {DcapFixture} from "./DcapFixture.sol";

/// @notice What the DCAP contracts may weigh and which instructions they may use.
contract DcapBytecodeTest is DcapFixture {
    /// @dev EIP-170.
    uint256 private constant SIZE_LIMIT = 24_576;

    function test_code_fitsEveryChain() external {
        deploy(new bytes[](0));
        isPortable(address(_certificates), "DcapCertificates");
        isPortable(address(_collateral), "DcapCollateral");
        isPortable(address(_dcap), "DcapVerifier");
    }

    function isPortable(address deployed, string memory name) private {
        bytes memory code = deployed.code;
        vm.snapshotValue("dcap", string.concat(name, ", bytes of code"), code.length);
        assertTrue(code.length < SIZE_LIMIT, name);
        assertEq(Opcodes.firstUnknown(code), type(uint256).max, name);
        assertTrue(Opcodes.codeLength(code) * 10 > code.length * 9, name);
    }
}
