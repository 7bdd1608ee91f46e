// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA384} from "@solarity/solidity-lib/libs/crypto/ECDSA384.sol";

/// @notice The cheatcodes used here, as forge answers them at its well-known address.
interface Vm {
    function getEvmVersion() external pure returns (string memory version);
    function parseJsonBytesArray(string calldata json, string calldata key) external pure returns (bytes[] memory);
    function readFile(string calldata path) external view returns (string memory);
    function snapshotGasLastCall(string calldata group, string calldata name) external returns (uint256);
}

/// @notice A public library behind a call, as a contract of its own would be.
contract PublicEcdsa384 {
    function verify(bytes memory digest, bytes memory signature, bytes memory publicKey) external view returns (bool) {
        ECDSA384.Parameters memory curve = ECDSA384.Parameters({
            a: hex"fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000fffffffc",
            b: hex"b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
            gx: hex"aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
            gy: hex"3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
            p: hex"fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
            n: hex"ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973"
        });
        return ECDSA384.verify(curve, digest, signature, publicKey);
    }
}

/// @notice What public libraries take for the flows of tools/gas, under the rules of this run.
contract PublicLibrariesTest {
    bool public constant IS_TEST = true;
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @notice Thrown when a library does not verify a genuine signature.
    error NotVerified(string name);

    function test_ecdsa384_ofSolarity() external {
        PublicEcdsa384 verifier = new PublicEcdsa384();
        string memory json = vm.readFile("../../../vectors/p384/signatures.json");
        bytes memory digest = vm.parseJsonBytesArray(json, ".digests")[0];
        bytes memory publicKey = vm.parseJsonBytesArray(json, ".publicKeys")[0];
        bytes[] memory signatures = vm.parseJsonBytesArray(json, ".signatures");
        // It takes the lower s only: of the first signature, or of the second, which is the first with s negated.
        bytes memory signature = uint8(signatures[0][48]) < 0x80 ? signatures[0] : signatures[1];
        require(verifier.verify(digest, signature, publicKey), NotVerified("ECDSA384"));
        vm.snapshotGasLastCall(string.concat("public-", vm.getEvmVersion()), "P-384, solarity ECDSA384, execution");
    }
}
