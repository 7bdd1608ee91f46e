// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test, Vm} from "../base/Test.sol";

/// @notice The campaigns call every function of the contracts that changes anything, but for those that `exempt.txt` gives a reason for.
contract VerbsTest is Test {
    string private constant EXEMPT = "test/invariants/exempt.txt";
    string private _campaigns;

    function setUp() public {
        Vm.DirEntry[] memory files = vm.readDir("test/invariants");
        for (uint256 i = 0; i < files.length; i++) {
            if (vm.contains(files[i].path, ".t.sol")) _campaigns = string.concat(_campaigns, vm.readFile(files[i].path));
        }
    }

    function test_campaigns_driveEveryVerbOfEveryContract() public view {
        string memory exempt = string.concat("\n", vm.readFile(EXEMPT));
        string memory campaigns = _campaigns;
        string[] memory verbs = _verbs();
        for (uint256 i = 0; i < verbs.length; i++) {
            string memory all = string.concat("\n", vm.split(verbs[i], ".")[0], ".* ");
            bool isExempt =
                vm.contains(exempt, all) || vm.contains(exempt, string.concat("\n", verbs[i], " "));
            assertTrue(_isDriven(campaigns, verbs[i]) != isExempt, string.concat(verbs[i], " is either in a campaign or exempt"));
        }
    }

    function test_exemptions_nameVerbsThatThereAre() public view {
        string[] memory lines = vm.split(vm.readFile(EXEMPT), "\n");
        string[] memory verbs = _verbs();
        for (uint256 i = 0; i < lines.length; i++) {
            if (bytes(lines[i]).length == 0) continue;
            string memory verb = vm.split(lines[i], " ")[0];
            if (vm.contains(verb, ".*")) verb = vm.split(verb, "*")[0];
            bool isThere = false;
            for (uint256 v = 0; v < verbs.length && !isThere; v++) {
                isThere = vm.contains(verbs[v], verb);
            }
            assertTrue(isThere, string.concat(verb, " is a verb of a contract"));
            assertTrue(bytes(lines[i]).length > bytes(verb).length + 12, string.concat(verb, " has a reason"));
        }
    }

    function _isDriven(string memory campaigns, string memory verb) private view returns (bool) {
        return vm.contains(campaigns, string.concat('"', verb, '"'));
    }

    /// @dev Functions of the written interfaces that are neither views nor pure, as `Contract.verb`.
    function _verbs() private view returns (string[] memory verbs) {
        verbs = new string[](512);
        uint256 length = 0;
        Vm.DirEntry[] memory files = vm.readDir("abi");
        for (uint256 i = 0; i < files.length; i++) {
            string[] memory entries = vm.split(vm.readFile(files[i].path), "\n  {\n");
            string[] memory parts = vm.split(files[i].path, "/");
            string memory name = vm.split(parts[parts.length - 1], ".")[0];
            for (uint256 e = 0; e < entries.length; e++) {
                if (!vm.contains(entries[e], '\n   "type": "function"')) continue;
                if (!vm.contains(entries[e], 'payable",\n   "type"')) continue;
                string memory verb = vm.split(vm.split(string.concat("\n", entries[e]), '\n   "name": "')[1], '"')[0];
                verbs[length++] = string.concat(name, ".", verb);
            }
        }
        assertTrue(length > 100, "the interfaces were read");
        assembly ("memory-safe") {
            mstore(verbs, length)
        }
    }
}
