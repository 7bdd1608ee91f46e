// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The cheatcodes these tests use, as forge answers them at its well-known address.
interface Vm {
    struct CallGas {
        uint64 gasLimit;
        uint64 gasTotalUsed;
        uint64 gasMemoryUsed;
        int64 gasRefunded;
        uint64 gasRemaining;
    }

    struct DirEntry {
        string errorMessage;
        string path;
        uint64 depth;
        bool isDir;
        bool isSymlink;
    }

    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function addr(uint256 privateKey) external pure returns (address);
    function assume(bool condition) external pure;
    function contains(string calldata subject, string calldata search) external pure returns (bool);
    function chainId(uint256 newChainId) external;
    function closeFile(string calldata path) external view;
    function deal(address account, uint256 balance) external;
    function deployCode(string calldata artifact) external returns (address deployed);
    function getCode(string calldata artifact) external view returns (bytes memory creationCode);
    function deployCode(string calldata artifact, bytes calldata constructorArguments) external returns (address deployed);
    function envOr(string calldata name, string calldata fallbackValue) external view returns (string memory);
    function etch(address target, bytes calldata code) external;
    function expectEmit() external;
    function expectEmit(bool topic1, bool topic2, bool topic3, bool data) external;
    function expectRevert() external;
    function expectRevert(bytes4 selector) external;
    function expectRevert(bytes calldata data) external;
    function expectPartialRevert(bytes4 selector) external;
    function getRecordedLogs() external returns (Log[] memory);
    function label(address account, string calldata name) external;
    function parseJsonBytes(string calldata json, string calldata key) external pure returns (bytes memory);
    function parseJsonBytes32(string calldata json, string calldata key) external pure returns (bytes32);
    function parseJsonBytesArray(string calldata json, string calldata key) external pure returns (bytes[] memory);
    function parseJsonBoolArray(string calldata json, string calldata key) external pure returns (bool[] memory);
    function parseJsonStringArray(string calldata json, string calldata key) external pure returns (string[] memory);
    function parseJsonAddress(string calldata json, string calldata key) external pure returns (address);
    function parseJsonUint(string calldata json, string calldata key) external pure returns (uint256);
    function parseBytes(string calldata hexadecimal) external pure returns (bytes memory);
    function parseJsonAddressArray(string calldata json, string calldata key) external pure returns (address[] memory);
    function parseJsonUintArray(string calldata json, string calldata key) external pure returns (uint256[] memory);
    function parseJsonString(string calldata json, string calldata key) external pure returns (string memory);
    function parseJsonBytes32Array(string calldata json, string calldata key) external pure returns (bytes32[] memory);
    function keyExistsJson(string calldata json, string calldata key) external view returns (bool);
    function exists(string calldata path) external view returns (bool);
    function parseUint(string calldata text) external pure returns (uint256);
    function prank(address sender) external;
    function split(string calldata subject, string calldata delimiter) external pure returns (string[] memory parts);
    function startPrank(address sender) external;
    function stopPrank() external;
    function readDir(string calldata path) external view returns (DirEntry[] memory entries);
    function readFile(string calldata path) external view returns (string memory);
    function readLine(string calldata path) external view returns (string memory);
    function readFileBinary(string calldata path) external view returns (bytes memory);
    function publicKeyP256(uint256 privateKey) external pure returns (uint256 x, uint256 y);
    function recordLogs() external;
    function revertToState(uint256 state) external returns (bool);
    function roll(uint256 blockNumber) external;
    function getEvmVersion() external pure returns (string memory version);
    function mockCall(address callee, bytes calldata data, bytes calldata answer) external;
    function mockCallRevert(address callee, bytes calldata data, bytes calldata answer) external;
    function lastCallGas() external view returns (CallGas memory gas);
    function setBlockhash(uint256 blockNumber, bytes32 blockHash) external;
    function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function signCompact(uint256 privateKey, bytes32 digest) external pure returns (bytes32 r, bytes32 vs);
    function signP256(uint256 privateKey, bytes32 digest) external pure returns (bytes32 r, bytes32 s);
    function skip(bool skipTest) external;
    function skip(bool skipTest, string calldata reason) external;
    function snapshotGasLastCall(string calldata group, string calldata name) external returns (uint256);
    function snapshotState() external returns (uint256 state);
    function snapshotValue(string calldata group, string calldata name, uint256 value) external;
    function toString(uint256 value) external pure returns (string memory);
    function toString(bytes32 value) external pure returns (string memory);
    function warp(uint256 timestamp) external;
    function writeLine(string calldata path, string calldata line) external;
}

/// @notice Assertions and bounds: all of a test framework that these tests need.
abstract contract Test {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    bool public constant IS_TEST = true;

    error NotEqual(string what, bytes32 expected, bytes32 found);
    error NotTrue(string what);

    /// @notice Contracts an invariant run may call; a test fills it in `setUp`.
    address[] private _targets;

    function targetContracts() external view returns (address[] memory) {
        return _targets;
    }

    function targetContract(address target) internal {
        _targets.push(target);
    }

    function assertTrue(bool condition, string memory what) internal pure {
        require(condition, NotTrue(what));
    }

    function assertFalse(bool condition, string memory what) internal pure {
        require(!condition, NotTrue(what));
    }

    function assertEq(uint256 found, uint256 expected, string memory what) internal pure {
        require(found == expected, NotEqual(what, bytes32(expected), bytes32(found)));
    }

    function assertEq(bytes32 found, bytes32 expected, string memory what) internal pure {
        require(found == expected, NotEqual(what, expected, found));
    }

    function assertEq(address found, address expected, string memory what) internal pure {
        require(found == expected, NotEqual(what, bytes32(uint256(uint160(expected))), bytes32(uint256(uint160(found)))));
    }

    function assertEq(bytes memory found, bytes memory expected, string memory what) internal pure {
        require(keccak256(found) == keccak256(expected), NotEqual(what, keccak256(expected), keccak256(found)));
    }

    function assertLe(uint256 found, uint256 most, string memory what) internal pure {
        require(found <= most, NotEqual(what, bytes32(most), bytes32(found)));
    }

    /// @notice Maps any value into [least, most].
    function bound(uint256 value, uint256 least, uint256 most) internal pure returns (uint256) {
        require(least <= most, NotTrue("bound: least <= most"));
        if (value >= least && value <= most) return value;
        uint256 size = most - least;
        return size == type(uint256).max ? value : least + value % (size + 1);
    }
}
