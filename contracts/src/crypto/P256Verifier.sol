// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {IP256Verifier} from "../interfaces/IP256Verifier.sol";
import {DataContract} from "../evidence/DataContract.sol";
import {P256Hinted} from "./P256Hinted.sol";
import {P256Table} from "./P256Table.sol";

/// @title ECDSA over P-256 by precompile, along hints, or alone
/// @notice A precompile that is absent and one that refuses both answer with no bytes. So only its "valid" is an answer; whatever else
/// comes back is computed again in Solidity. A refusal is dear where the precompile exists; no verdict depends on whether it does.
contract P256Verifier is IP256Verifier {
    address private constant PRECOMPILE = address(0x100);

    /// @dev The data contract that holds the multiples of the generator, P256Table.
    address private immutable _multiples;

    constructor() {
        _multiples = DataContract.write(P256Table.ODD_MULTIPLES);
    }

    /// @inheritdoc IP256Verifier
    function verify(bytes32 digest, bytes32 r, bytes32 s, bytes32 x, bytes32 y) external view returns (bool) {
        return precompiled(digest, r, s, x, y) || alone(digest, r, s, x, y);
    }

    /// @inheritdoc IP256Verifier
    function verifyWithHints(bytes32 digest, bytes32 r, bytes32 s, bytes32 x, bytes32 y, bytes calldata hints)
        external
        view
        returns (bool)
    {
        if (precompiled(digest, r, s, x, y)) return true;
        bool shown = P256Hinted.shows(uint256(digest), uint256(r), uint256(s), uint256(x), uint256(y), hints, _multiples);
        return shown || alone(digest, r, s, x, y);
    }

    function precompiled(bytes32 digest, bytes32 r, bytes32 s, bytes32 x, bytes32 y) private view returns (bool) {
        (bool done, bytes memory answer) = PRECOMPILE.staticcall(abi.encode(digest, r, s, x, y));
        return done && answer.length == 32 && bytes32(answer) == bytes32(uint256(1));
    }

    function alone(bytes32 digest, bytes32 r, bytes32 s, bytes32 x, bytes32 y) private view returns (bool) {
        // The library takes the lower of s and n - s only; they verify alike.
        if (uint256(s) < P256.N && uint256(s) > P256.N / 2) s = bytes32(P256.N - uint256(s));
        return P256.verifySolidity(digest, r, s, x, y);
    }
}
