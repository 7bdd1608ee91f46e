// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AIToken} from "../src/AIToken.sol";
import {IAIToken} from "../src/interfaces/IAIToken.sol";
import {Test} from "./base/Test.sol";

contract AITokenTest is Test {
    event HolderBurned(address indexed holder, uint256 amount);

    bytes32 private constant PERMIT_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    AIToken private token;
    address private holder = address(0xbeef);

    function setUp() public {
        token = new AIToken(address(this));
    }

    function test_metadata_isTheProposals() public view {
        assertEq(bytes(token.name()), "AI Token", "name");
        assertEq(bytes(token.symbol()), "AIT", "symbol");
        assertEq(token.decimals(), 18, "decimals");
        assertEq(token.totalSupply(), 0, "nothing is minted at birth");
        assertEq(token.registry(), address(this), "registry");
    }

    function testFuzz_mint_createsForTheAccount(address account, uint256 amount) public {
        if (account == address(0)) account = holder;
        token.mint(account, amount);
        assertEq(token.balanceOf(account), amount, "balance");
        assertEq(token.totalSupply(), amount, "supply");
    }

    function testFuzz_mint_revertsIfNotRegistry(address caller) public {
        vm.assume(caller != address(this));
        vm.expectRevert(abi.encodeWithSelector(IAIToken.NotRegistry.selector, address(this), caller));
        vm.prank(caller);
        token.mint(holder, 1);
    }

    function testFuzz_burn_revertsIfNotRegistry(address caller) public {
        vm.assume(caller != address(this));
        token.mint(caller == address(0) ? holder : caller, 1);
        vm.expectRevert(abi.encodeWithSelector(IAIToken.NotRegistry.selector, address(this), caller));
        vm.prank(caller);
        token.burn(caller, 1);
    }

    function test_burn_destroysWithoutAllowance() public {
        token.mint(holder, 5);
        token.burn(holder, 3);
        assertEq(token.balanceOf(holder), 2, "balance");
        assertEq(token.totalSupply(), 2, "supply");
    }

    function test_burn_revertsIfBalanceTooSmall() public {
        token.mint(holder, 5);
        vm.expectRevert(
            abi.encodeWithSignature("ERC20InsufficientBalance(address,uint256,uint256)", holder, uint256(5), uint256(6))
        );
        token.burn(holder, 6);
    }

    function testFuzz_burn_ofOnesOwnIsAnyHoldersAndCountedApart(uint256 held, uint256 amount) public {
        held = bound(held, 0, type(uint128).max);
        amount = bound(amount, 0, held);
        token.mint(holder, held);
        vm.expectEmit();
        emit HolderBurned(holder, amount);
        vm.prank(holder);
        token.burn(amount);
        assertEq(token.balanceOf(holder), held - amount, "balance");
        assertEq(token.totalSupply(), held - amount, "supply");
        assertEq(token.burnedByHolders(), amount, "counted");
    }

    function test_burn_ofOnesOwnRevertsIfTheBalanceIsTooSmall() public {
        token.mint(holder, 5);
        vm.expectRevert(
            abi.encodeWithSignature("ERC20InsufficientBalance(address,uint256,uint256)", holder, uint256(5), uint256(6))
        );
        vm.prank(holder);
        token.burn(6);
        assertEq(token.burnedByHolders(), 0, "nothing counted");
    }

    function test_burn_byTheRegistryIsNoHoldersBurn() public {
        token.mint(holder, 5);
        token.burn(holder, 3);
        assertEq(token.burnedByHolders(), 0, "nothing counted");
    }

    function test_permit_approvesBySignature() public {
        uint256 key = 0xa11ce;
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, _permitDigest(vm.addr(key), 7, 0));
        token.permit(vm.addr(key), holder, 7, block.timestamp, v, r, s);
        assertEq(token.allowance(vm.addr(key), holder), 7, "allowance");
        assertEq(token.nonces(vm.addr(key)), 1, "nonce");
    }

    function test_permit_revertsIfReplayed() public {
        uint256 key = 0xa11ce;
        address owner = vm.addr(key);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, _permitDigest(owner, 7, 0));
        token.permit(owner, holder, 7, block.timestamp, v, r, s);
        vm.expectPartialRevert(bytes4(keccak256("ERC2612InvalidSigner(address,address)")));
        token.permit(owner, holder, 7, block.timestamp, v, r, s);
    }

    function test_permit_revertsOnAnotherChain() public {
        uint256 key = 0xa11ce;
        address owner = vm.addr(key);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, _permitDigest(owner, 7, 0));
        vm.chainId(block.chainid + 1);
        vm.expectPartialRevert(bytes4(keccak256("ERC2612InvalidSigner(address,address)")));
        token.permit(owner, holder, 7, block.timestamp, v, r, s);
    }

    function _permitDigest(address owner, uint256 value, uint256 nonce) private view returns (bytes32) {
        bytes32 structHash = keccak256(abi.encode(PERMIT_TYPEHASH, owner, holder, value, nonce, block.timestamp));
        return keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), structHash));
    }
}
