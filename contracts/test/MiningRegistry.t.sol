// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IGoverned} from "../src/interfaces/IGoverned.sol";
import {DurationBounds, IMiningRegistry, TaskSettlement} from "../src/interfaces/IMiningRegistry.sol";
import {Network} from "./base/Network.sol";
import {Packing} from "./base/Packing.sol";

/// @notice Deployed defaults, settings and who may change them.
contract MiningRegistryTest is Network {
    event RatesChanged(uint256 mintRate, uint256 redeemPrice);
    event ClassRateChanged(uint8 indexed class, uint32 cuPerHour);
    event DurationBoundsChanged(uint16 indexed workloadType, uint8 indexed class, DurationBounds bounds);
    event CoordinatorChanged(address indexed previous, address indexed coordinator);

    function test_defaults_areTheProposals() public view {
        // 0.1 AIT per CU minted, 1 AIT per CU redeemed; CU per hour of H100, A100, L40S, MI300X.
        assertEq(mining.mintRate() * 1e6, 0.1 ether, "minted per CU");
        assertEq(mining.redeemPrice() * 1e6, 1 ether, "redeemed per CU");
        assertEq(mining.classRate(1), 1000, "H100");
        assertEq(mining.classRate(2), 600, "A100");
        assertEq(mining.classRate(3), 400, "L40S");
        assertEq(mining.classRate(4), 800, "MI300X");
        for (uint8 class = 1; class <= 4; class++) {
            uint256 perHour = uint256(mining.classRate(class)) * 1e6 * mining.mintRate();
            assertEq(perHour, uint256(mining.classRate(class)) / 10 * 1 ether, "AIT per hour");
        }
        assertEq(address(mining.devices()), address(registry), "devices");
        assertEq(mining.governor(), governor, "governor");
        assertEq(mining.coordinator(), coordinator, "coordinator");
        assertEq(token.registry(), address(mining), "the token's registry");
        assertEq(mining.batchCount(), 0, "batchCount");
    }

    function test_durationBounds_followTheClassUntilGoverned() public {
        DurationBounds memory bounds = mining.durationBounds(9, 3);
        assertEq(bounds.minMillisPerCu, 450, "min");
        assertEq(bounds.maxMillisPerCu, 180_000, "max");
        assertEq(bounds.slackMillis, 60_000, "slack");
        DurationBounds memory governed = DurationBounds(1, 2, 3);
        vm.expectEmit();
        emit DurationBoundsChanged(9, 3, governed);
        vm.prank(governor);
        mining.setDurationBounds(9, 3, governed);
        assertEq(abi.encode(mining.durationBounds(9, 3)), abi.encode(governed), "governed");
        assertEq(mining.durationBounds(8, 3).minMillisPerCu, 450, "another type");
        assertEq(mining.durationBounds(9, 1).minMillisPerCu, 180, "another class");
    }

    // ---- setRates

    function testFuzz_setRates_keepWashRedemptionLosing(uint256 mintRate, uint256 redeemPrice) public {
        mintRate = bound(mintRate, 0, 1e13);
        redeemPrice = bound(redeemPrice, 0, 1e13);
        bool isAllowed = mintRate * 7 < redeemPrice && mintRate * 7 < 1e12 && 1e11 * 7 < redeemPrice;
        if (!isAllowed) {
            vm.expectRevert(
                abi.encodeWithSelector(IMiningRegistry.RateOutOfBounds.selector, mintRate, redeemPrice)
            );
        } else {
            vm.expectEmit();
            emit RatesChanged(mintRate, redeemPrice);
        }
        vm.prank(governor);
        mining.setRates(mintRate, redeemPrice);
        assertEq(mining.mintRate(), isAllowed ? mintRate : 1e11, "mintRate");
        assertEq(mining.redeemPrice(), isAllowed ? redeemPrice : 1e12, "redeemPrice");
        assertTrue(mining.mintRate() * 7 < mining.redeemPrice(), "seven seats mint less than one redemption burns");
    }

    function testFuzz_setRates_neverOverflow(uint256 mintRate, uint256 redeemPrice) public {
        vm.prank(governor);
        (bool ok, bytes memory answer) = address(mining).call(abi.encodeCall(mining.setRates, (mintRate, redeemPrice)));
        assertTrue(ok || bytes4(answer) == IMiningRegistry.RateOutOfBounds.selector, "allowed or refused by name");
    }

    function test_setRates_revertsAtEquality() public {
        vm.expectRevert(
            abi.encodeWithSelector(IMiningRegistry.RateOutOfBounds.selector, uint256(1e11), uint256(7e11))
        );
        vm.prank(governor);
        mining.setRates(1e11, 7e11);
    }

    /// @notice Credit bought cheaply must not be served dearly.
    function test_setRates_revertsIfCreditWasSoldBelowTheMintRate() public {
        vm.startPrank(governor);
        mining.setRates(1e10, 8e11);
        pass(12 hours);
        mining.setRates(1e10, 1e14);
        pass(12 hours);
        vm.expectRevert(
            abi.encodeWithSelector(IMiningRegistry.RateOutOfBounds.selector, uint256(8e11) / 7 + 1, uint256(1e14))
        );
        mining.setRates(uint256(8e11) / 7 + 1, 1e14);
        mining.setRates(uint256(8e11) / 7, 1e14);
        vm.stopPrank();
        assertEq(mining.lowestRedeemPrice(), 8e11, "lowestRedeemPrice");
    }

    /// @notice A batch committed at a high rate must not be paid for at a low price.
    function test_setRates_revertsIfBatchesAliveMintMore() public {
        vm.expectRevert(
            abi.encodeWithSelector(IMiningRegistry.RateOutOfBounds.selector, uint256(1), uint256(7e11))
        );
        vm.prank(governor);
        mining.setRates(1, 7e11);
    }

    function test_setRates_revertsIfChangedWithinABatchesLife() public {
        vm.startPrank(governor);
        mining.setRates(1e10, 1e12);
        pass(12 hours - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IMiningRegistry.RatesChangedRecently.selector, uint256(START + 12 hours))
        );
        mining.setRates(1e9, 1e12);
        pass(1);
        mining.setRates(1e9, 7e10 + 1);
        vm.stopPrank();
    }

    // ---- other settings

    function testFuzz_setClassRate_changesOneClass(uint8 class, uint32 cuPerHour) public {
        if (class == 0 || class > 4) {
            vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.ClassUnknown.selector, class));
        } else if (cuPerHour == 0 || cuPerHour > 1_000_000) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IMiningRegistry.ClassRateOutOfBounds.selector, cuPerHour, uint32(1), uint32(1_000_000)
                )
            );
        } else {
            vm.expectEmit();
            emit ClassRateChanged(class, cuPerHour);
        }
        vm.prank(governor);
        mining.setClassRate(class, cuPerHour);
        uint32[5] memory expected = [0, uint32(1000), 600, 400, 800];
        if (class >= 1 && class <= 4 && cuPerHour >= 1 && cuPerHour <= 1_000_000) expected[class] = cuPerHour;
        for (uint8 i = 1; i <= 4; i++) {
            assertEq(mining.classRate(i), expected[i], "classRate");
        }
    }

    function test_classRate_revertsIfClassUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.ClassUnknown.selector, uint8(0)));
        mining.classRate(0);
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.ClassUnknown.selector, uint8(5)));
        mining.classRate(5);
    }

    function test_setDurationBounds_revertsIfInvalid() public {
        vm.startPrank(governor);
        vm.expectRevert(
            abi.encodeWithSelector(
                IMiningRegistry.DurationBoundsInvalid.selector, uint64(2), uint64(1), uint64(0)
            )
        );
        mining.setDurationBounds(1, 1, DurationBounds(2, 1, 0));
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.ClassUnknown.selector, uint8(5)));
        mining.setDurationBounds(1, 5, DurationBounds(1, 1, 0));
        vm.stopPrank();
    }

    function test_setCoordinator_movesTheRoleAtOnce() public {
        vm.expectEmit();
        emit CoordinatorChanged(coordinator, anyone);
        vm.prank(governor);
        mining.setCoordinator(anyone);
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.NotCoordinator.selector, anyone, coordinator));
        vm.prank(coordinator);
        mining.commitBatch("root", 1, 0, 1, START + 10);
        vm.prank(anyone);
        mining.commitBatch("root", 1, 0, 1, START + 10);
    }

    function testFuzz_settings_revertIfNotGovernor(address caller) public {
        vm.assume(caller != governor);
        bytes memory refusal = abi.encodeWithSelector(IGoverned.NotGovernor.selector, governor, caller);
        vm.startPrank(caller);
        vm.expectRevert(refusal);
        mining.setRates(1, 1e12);
        vm.expectRevert(refusal);
        mining.setClassRate(1, 1);
        vm.expectRevert(refusal);
        mining.setDurationBounds(1, 1, DurationBounds(1, 1, 1));
        vm.expectRevert(refusal);
        mining.setCoordinator(caller);
        vm.expectRevert(refusal);
        mining.setGovernor(caller);
        vm.stopPrank();
    }

    /// @notice Whoever holds whichever role, AIT comes from settlement and goes by redemption only.
    function testFuzz_roles_mintAndBurnNothing(uint256 role, uint256 amount) public {
        address[5] memory members = [governor, coordinator, gpus[0].operator, vm.addr(gpus[0].key), address(registry)];
        address member = members[role % 5];
        earn(anyone, 0.02 ether);
        uint256 supply = token.totalSupply();
        bytes memory refusal = abi.encodeWithSignature("NotRegistry(address,address)", address(mining), member);
        vm.startPrank(member);
        vm.expectRevert(refusal);
        token.mint(member, amount);
        vm.expectRevert(refusal);
        token.burn(anyone, amount);
        vm.stopPrank();
        assertEq(token.totalSupply(), supply, "supply");
    }

    function test_governor_commitsNothing() public {
        bytes memory refusal = abi.encodeWithSelector(IMiningRegistry.NotCoordinator.selector, coordinator, governor);
        vm.startPrank(governor);
        vm.expectRevert(refusal);
        mining.commitBatch("root", 1, 0, 1, START + 10);
        vm.expectRevert(refusal);
        mining.openWorkloads(new bytes32[](0), new uint64[](0));
        vm.stopPrank();
    }

    /// @notice A hostile governor changes every setting between commitment and settlement: it can delay or refuse pay, not add to it.
    function testFuzz_hostileGovernor_cannotRaiseThePayOfACommittedBatch(
        uint256 mintRate,
        uint256 redeemPrice,
        uint32 cuPerHour,
        DurationBounds memory bounds
    ) public {
        (uint256 batchId, TaskSettlement[] memory settlements) = ripe(1);
        vm.startPrank(governor);
        _try(abi.encodeCall(mining.setRates, (mintRate, redeemPrice)));
        for (uint8 class = 1; class <= 4; class++) {
            _try(abi.encodeCall(mining.setClassRate, (class, cuPerHour)));
            _try(abi.encodeCall(mining.setDurationBounds, (1, class, bounds)));
        }
        _try(abi.encodeCall(mining.setCoordinator, (governor)));
        vm.stopPrank();
        (bool ok, bytes memory answer) = address(mining).call(abi.encodeCall(mining.settle, (batchId, Packing.pack(settlements), proofFor(batchId, settlements))));
        if (ok) {
            assertEq(abi.decode(answer, (uint256)), 3 * uint256(UNITS) * 1e11, "minted");
        } else {
            bool isDelay = bytes4(answer) == IMiningRegistry.ClaimTooEarly.selector;
            assertTrue(isDelay || bytes4(answer) == IMiningRegistry.DurationOutOfBounds.selector, "delayed or refused");
        }
    }

    function test_governor_mayBeATimelock() public {
        address[] memory members = new address[](1);
        members[0] = governor;
        TimelockController timelock = new TimelockController(2 days, members, members, address(0));
        vm.prank(governor);
        mining.setGovernor(address(timelock));
        _schedule(timelock, abi.encodeCall(mining.acceptGovernor, ()));
        assertEq(mining.governor(), address(timelock), "governor");
        _schedule(timelock, abi.encodeCall(mining.setRates, (1e10, 1e12)));
        assertEq(mining.mintRate(), 1e10, "mintRate");
        vm.expectRevert(abi.encodeWithSelector(IGoverned.NotGovernor.selector, address(timelock), governor));
        vm.prank(governor);
        mining.setRates(1e10, 1e12);
    }

    function test_constructor_revertsIfGovernorMissing() public {
        vm.expectRevert(abi.encodeWithSelector(IGoverned.RoleMissing.selector));
        deployMining(registry, address(0), coordinator);
    }

    // ---- views

    function test_batch_revertsIfUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.BatchUnknown.selector, uint256(0)));
        mining.batch(0);
    }

    function testFuzz_taskIdOf_namesChainRegistryBatchAndIndex(uint256 batchId, uint32 index, uint64 chain) public {
        vm.chainId(bound(chain, 1, type(uint64).max));
        bytes32 expected = keccak256(abi.encode(block.chainid, address(mining), batchId, uint256(index)));
        assertEq(mining.taskIdOf(batchId, index), expected, "taskId");
    }

    function _try(bytes memory call) private {
        (bool ok, bytes memory answer) = address(mining).call(call);
        assertTrue(ok || bytes4(answer) != bytes4(keccak256("Panic(uint256)")), "refused by name");
    }

    function _schedule(TimelockController timelock, bytes memory call) private {
        vm.prank(governor);
        timelock.schedule(address(mining), 0, call, 0, keccak256(call), 2 days);
        vm.expectRevert();
        vm.prank(governor);
        timelock.execute(address(mining), 0, call, 0, keccak256(call));
        pass(2 days);
        vm.prank(governor);
        timelock.execute(address(mining), 0, call, 0, keccak256(call));
    }
}
