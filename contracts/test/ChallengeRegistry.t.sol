// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ChallengeRegistry} from "../src/ChallengeRegistry.sol";
import {DeviceRegistry} from "../src/DeviceRegistry.sol";
import {
    Challenge, ChallengeTerms, ClassStatement, IChallengeRegistry
} from "../src/interfaces/IChallengeRegistry.sol";
import {IDcapVerifier} from "../src/interfaces/IDcapVerifier.sol";
import {Device, IDeviceRegistry, RegistrationRequest} from "../src/interfaces/IDeviceRegistry.sol";
import {IGoverned} from "../src/interfaces/IGoverned.sol";
import {MiningTask} from "../src/interfaces/IMiningRegistry.sol";
import {GpuFacts, INvidiaVerifier} from "../src/interfaces/INvidiaVerifier.sol";
import {DecodingNvidiaVerifier} from "./standins/DecodingNvidiaVerifier.sol";
import {Network} from "./base/Network.sol";

/// @notice The state machine of a class challenge. The five devices of the network registered before any class had terms: they witness.
contract ChallengeRegistryTest is Network {
    event ClassProofDemanded(bytes32 indexed gpuId);
    event ClassProven(bytes32 indexed gpuId, uint40 provenUntil);
    event DeviceSuspended(bytes32 indexed gpuId);
    event ChallengeOpened(uint256 indexed challengeId, bytes32 indexed gpuId, uint8 class);
    event ChallengeDecided(uint256 indexed challengeId, bytes32 indexed gpuId, uint8 verdict);
    event TermsChanged(uint8 indexed class, ChallengeTerms terms);

    uint8 private constant A100 = 2;
    uint8 private constant PASSED = 1;
    uint8 private constant FAILED = 2;
    uint8 private constant VOID = 3;
    uint32 private constant DEADLINE = 30_000;
    bytes32 private constant NONCE = keccak256("nonce");
    bytes32 private constant ANSWER = keccak256("last link");

    ChallengeRegistry private challenges;
    Gpu private host;
    uint32 private slot;

    function setUp() public override {
        super.setUp();
        challenges.attach(registry);
        vm.prank(governor);
        challenges.setTerms(A100, _terms());
        host = gpuOf(address(0xabc), keccak256("a host without evidence of its GPU"), bytes16(uint128(77)), A100);
        slot = enroll(host);
        pass(2);
    }

    function challengeRegistry() internal override returns (IChallengeRegistry) {
        ChallengeTerms[4] memory none;
        challenges = new ChallengeRegistry(governor, none);
        return challenges;
    }

    // ---- before a proof

    function test_registerDevice_demandsAProof() public {
        Gpu memory other = gpuOf(address(0xdef), keccak256("another host"), bytes16(uint128(78)), A100);
        RegistrationRequest memory request = requestOf(other);
        vm.expectEmit();
        emit ClassProofDemanded(other.gpuId);
        vm.prank(other.operator);
        registry.registerDevice(request);
        assertEq(registry.device(slot).refreshedBlock, type(uint32).max, "refreshedBlock");
        assertEq(registry.provenUntilOf(host.gpuId), 0, "provenUntil");
    }

    function test_registerDevice_demandsNothingOfAClassWithoutTerms() public {
        uint32 other = enroll(gpuOf(address(0xdef), keccak256("another host"), bytes16(uint128(78)), 3));
        assertEq(registry.device(other).refreshedBlock, block.number, "refreshedBlock");
    }

    function test_draw_seatsNoDeviceBeforeItsProof() public {
        // The tenfold of what a fair draw over six devices needs to show one of them.
        for (uint256 i = 0; i < 40; i++) {
            assertFalse(_isSeated(uint32(i)), "unproven");
        }
        _prove();
        bool isSeated = false;
        for (uint256 i = 0; i < 40 && !isSeated; i++) {
            isSeated = _isSeated(uint32(i));
        }
        assertTrue(isSeated, "proven");
    }

    // ---- open

    function test_open_notesDeviceAndTerms() public {
        vm.expectEmit();
        emit ChallengeOpened(1, host.gpuId, A100);
        vm.prank(host.operator);
        uint256 id = challenges.open(host.gpuId);
        vm.snapshotGasLastCall("network", "ChallengeRegistry open");

        assertEq(challenges.challengeOf(host.gpuId), id, "challengeOf");
        assertEq(challenges.challengeCount(), 1, "challengeCount");
        Challenge memory found = challenges.challenge(id);
        assertEq(found.gpuId, host.gpuId, "gpuId");
        assertEq(found.slot, slot, "slot");
        assertEq(found.class, A100, "class");
        assertEq(found.verdict, 0, "verdict");
        assertEq(found.openedAt, block.timestamp, "openedAt");
        assertEq(found.openedBlock, block.number, "openedBlock");
        assertEq(found.rosterLength, 6, "rosterLength");
        assertEq(found.terms.tiles, 64, "tiles");
        assertEq(found.terms.deadline, DEADLINE, "deadline");
    }

    function test_open_isTheGovernorsToo() public {
        vm.prank(governor);
        assertEq(challenges.open(host.gpuId), 1, "id");
    }

    function testFuzz_open_revertsIfNeitherOperatorNorGovernor(address caller) public {
        vm.assume(caller != host.operator && caller != governor);
        vm.expectRevert(abi.encodeWithSelector(IChallengeRegistry.NotChallenger.selector, host.operator, caller));
        vm.prank(caller);
        challenges.open(host.gpuId);
    }

    function test_open_revertsIfNotRegistered() public {
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.DeviceNotRegistered.selector, bytes32("nothing")));
        challenges.open("nothing");
    }

    function test_open_revertsIfClassHasNoTerms() public {
        vm.expectRevert(abi.encodeWithSelector(IChallengeRegistry.ChallengeNotDemanded.selector, gpus[0].gpuId));
        vm.prank(gpus[0].operator);
        challenges.open(gpus[0].gpuId);
    }

    function test_open_revertsIfRetired() public {
        vm.startPrank(host.operator);
        registry.retireDevice(host.gpuId);
        vm.expectRevert(abi.encodeWithSelector(IChallengeRegistry.DeviceNotLive.selector, host.gpuId));
        challenges.open(host.gpuId);
        vm.stopPrank();
    }

    function test_open_revertsIfExpired() public {
        pass(25 hours);
        vm.expectRevert(abi.encodeWithSelector(IChallengeRegistry.DeviceNotLive.selector, host.gpuId));
        vm.prank(host.operator);
        challenges.open(host.gpuId);
    }

    function test_open_revertsWhileAnotherIsOpen() public {
        uint256 id = _open();
        uint256 lapse = block.timestamp + challenges.LIFE();
        pass(challenges.LIFE() - 1);
        vm.expectRevert(abi.encodeWithSelector(IChallengeRegistry.ChallengeTooEarly.selector, host.gpuId, lapse));
        vm.prank(host.operator);
        challenges.open(host.gpuId);
        pass(1);
        assertEq(_open(), id + 1, "after the first has lapsed");
    }

    function test_open_waitsAfterAFailureOfTheSameHost() public {
        Gpu memory sibling = gpuOf(address(0xdef), host.chip, bytes16(uint128(78)), A100);
        enroll(sibling);
        uint256 id = _drawn();
        _submit(id, _say(id, 0, false, 0), _say(id, 1, false, 0));
        uint256 until = block.timestamp + challenges.COOLDOWN();
        vm.expectRevert(abi.encodeWithSelector(IChallengeRegistry.ChallengeTooEarly.selector, sibling.gpuId, until));
        vm.prank(sibling.operator);
        challenges.open(sibling.gpuId);
        pass(challenges.COOLDOWN());
        vm.prank(sibling.operator);
        challenges.open(sibling.gpuId);
    }

    // ---- draw

    function testFuzz_draw_namesThreeDistinctDevicesThatAreNotItsOwn(uint256 delay) public {
        pass(bound(delay, 0, 1 hours));
        enroll(gpuOf(host.operator, keccak256("the operator's second host"), bytes16(uint128(90)), 3));
        enroll(gpuOf(address(0xdef), host.chip, bytes16(uint128(91)), 3));
        Challenge memory found = challenges.challenge(_drawn());
        assertEq(found.witnessCount, 3, "witnessCount");
        for (uint256 i = 0; i < 3; i++) {
            Device memory witness = registry.device(found.witnesses[i]);
            assertTrue(witness.operator != host.operator && witness.hostChip != hostOf(host), "not its own");
            assertTrue(witness.refreshedBlock <= block.number, "proven");
            for (uint256 j = 0; j < i; j++) {
                Device memory other = registry.device(found.witnesses[j]);
                assertTrue(witness.operator != other.operator && witness.hostChip != other.hostChip, "distinct");
            }
        }
    }

    function testFuzz_draw_followsItsRule(uint256 delay) public {
        pass(bound(delay, 0, 1 hours));
        uint256 id = _drawn();
        Challenge memory found = challenges.challenge(id);
        assertEq(found.seed, blockhash(found.openedBlock + 2), "seed");
        // The slow twin: every device that may witness is known here.
        uint256 next = 0;
        bool[6] memory taken;
        taken[slot] = true;
        for (uint256 k = 0; k < 64 && next < 3; k++) {
            uint256 candidate = uint256(keccak256(abi.encode(found.seed, id, k))) % 6;
            if (taken[candidate]) continue;
            taken[candidate] = true;
            assertEq(found.witnesses[next++], candidate, "witness");
        }
    }

    function test_draw_revertsBeforeTheSeedBlockHasPassed() public {
        uint256 id = _open();
        vm.roll(block.number + 2);
        vm.expectRevert(
            abi.encodeWithSelector(IChallengeRegistry.SeedNotReady.selector, block.number, block.number)
        );
        challenges.draw(id);
        vm.roll(block.number + 1);
        challenges.draw(id);
        vm.snapshotGasLastCall("network", "ChallengeRegistry draw");
    }

    function test_draw_revertsIfTheSeedIsGone() public {
        uint256 id = _open();
        uint256 seedBlock = block.number + 2;
        vm.roll(seedBlock + 257);
        vm.expectRevert(
            abi.encodeWithSelector(IChallengeRegistry.SeedTooOld.selector, seedBlock, block.number)
        );
        challenges.draw(id);
    }

    function test_draw_revertsIfDrawn() public {
        uint256 id = _drawn();
        vm.expectRevert(abi.encodeWithSelector(IChallengeRegistry.WitnessesAlreadyDrawn.selector, id));
        challenges.draw(id);
    }

    function test_draw_revertsIfUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IChallengeRegistry.ChallengeUnknown.selector, uint256(0)));
        challenges.draw(0);
        vm.expectRevert(abi.encodeWithSelector(IChallengeRegistry.ChallengeUnknown.selector, uint256(1)));
        challenges.draw(1);
    }

    function test_draw_isVoidWithOneWitnessAndMayBeOpenedAgain() public {
        for (uint256 i = 0; i < 4; i++) {
            _retire(i);
        }
        uint256 id = _open();
        pass(6);
        vm.expectEmit();
        emit ChallengeDecided(id, host.gpuId, VOID);
        challenges.draw(id);
        assertEq(challenges.challenge(id).witnessCount, 1, "witnessCount");
        assertEq(registry.device(slot).revokedBlock, 0, "it is not suspended for it");
        _open();
    }

    function test_draw_passesOverWhoRegisteredLater() public {
        for (uint256 i = 0; i < 3; i++) {
            _retire(i);
        }
        uint256 id = _open();
        pass(2);
        enroll(gpuOf(address(0xdef), keccak256("a late host"), bytes16(uint128(92)), 3));
        pass(6);
        challenges.draw(id);
        assertEq(challenges.challenge(id).witnessCount, 2, "witnessCount");
    }

    function test_draw_passesOverTheUnproven() public {
        for (uint256 i = 0; i < 3; i++) {
            _retire(i);
        }
        enroll(gpuOf(address(0xdef), keccak256("another host"), bytes16(uint128(92)), A100));
        assertEq(challenges.challenge(_drawn()).witnessCount, 2, "witnessCount");
    }

    function test_draw_passesOverWhoWillHaveExpired() public {
        pass(24 hours - challenges.LIFE());
        Gpu memory fresh = gpuOf(address(0xdef), keccak256("a fresh host"), bytes16(uint128(92)), A100);
        uint32 freshSlot = enroll(fresh);
        assertTrue(registry.device(freshSlot).refreshedBlock == type(uint32).max, "unproven");
        pass(2);
        vm.prank(fresh.operator);
        uint256 id = challenges.open(fresh.gpuId);
        pass(6);
        challenges.draw(id);
        assertEq(challenges.challenge(id).verdict, VOID, "verdict");
    }

    // ---- submit

    function test_submit_provesWithTwoStatements() public {
        uint256 id = _drawn();
        ClassStatement[] memory both = _both(_say(id, 0, true, 1200), _say(id, 2, true, DEADLINE));
        uint40 until = uint40(block.timestamp + 24 hours);
        vm.expectEmit();
        emit ClassProven(host.gpuId, until);
        challenges.submit(id, both);
        vm.snapshotGasLastCall("network", "ChallengeRegistry submit, two statements that prove");
        assertEq(challenges.challenge(id).verdict, PASSED, "verdict");
        assertEq(challenges.challenge(id).passes, 5, "passes");
        assertEq(registry.provenUntilOf(host.gpuId), until, "provenUntil");
        assertEq(registry.device(slot).refreshedBlock, block.number, "its validity counts from here");
        assertEq(registry.device(slot).revokedBlock, 0, "revokedBlock");
    }

    function test_submit_suspendsWithTwoStatements() public {
        uint256 id = _drawn();
        ClassStatement[] memory both = _both(_say(id, 0, false, 0), _say(id, 1, false, 90_000));
        vm.expectEmit();
        emit DeviceSuspended(host.gpuId);
        challenges.submit(id, both);
        assertEq(challenges.challenge(id).verdict, FAILED, "verdict");
        assertEq(registry.device(slot).revokedBlock, block.number, "revokedBlock");
        assertEq(registry.provenUntilOf(host.gpuId), 0, "provenUntil");
    }

    function test_submit_countsARightAnswerThatCameLateAsAFailure() public {
        uint256 id = _drawn();
        _submit(id, _say(id, 0, true, DEADLINE + 1), _say(id, 1, true, DEADLINE + 1));
        assertEq(challenges.challenge(id).verdict, FAILED, "verdict");
    }

    function test_submit_letsTheThirdDecide() public {
        uint256 id = _drawn();
        _submit(id, _say(id, 0, true, 1), _say(id, 1, false, 1));
        assertEq(challenges.challenge(id).verdict, 0, "one against one");
        challenges.submit(id, _one(_say(id, 2, true, 1)));
        assertEq(challenges.challenge(id).verdict, PASSED, "verdict");
        assertEq(challenges.challenge(id).failures, 2, "failures");
    }

    function test_submit_decidesNothingWithTwoWitnessesThatDiffer() public {
        for (uint256 i = 0; i < 3; i++) {
            _retire(i);
        }
        uint256 id = _drawn();
        _submit(id, _say(id, 0, true, 1), _say(id, 1, false, 1));
        assertEq(challenges.challenge(id).verdict, 0, "verdict");
        pass(challenges.LIFE());
        _open();
    }

    function test_submit_ignoresWhatComesWithADecision() public {
        uint256 id = _drawn();
        ClassStatement[] memory all = new ClassStatement[](3);
        for (uint8 i = 0; i < 3; i++) {
            all[i] = _say(id, i, true, 1);
        }
        challenges.submit(id, all);
        assertEq(challenges.challenge(id).passes, 3, "passes");
        vm.expectRevert(abi.encodeWithSelector(IChallengeRegistry.ChallengeOver.selector, id, PASSED));
        challenges.submit(id, _one(all[2]));
    }

    function testFuzz_submit_revertsIfAnyFactDiffersFromWhatWasSigned(uint8 fact, bytes32 other) public {
        uint256 id = _drawn();
        ClassStatement memory said = _say(id, 0, true, 1);
        fact = uint8(bound(fact, 0, 4));
        vm.assume(other != NONCE && other != ANSWER && uint32(uint256(other)) != 1);
        if (fact == 0) said.nonce = other;
        if (fact == 1) said.answer = other;
        if (fact == 2) said.isCorrect = false;
        if (fact == 3) said.duration = uint32(uint256(other));
        if (fact == 4) said.witness = 1;
        vm.expectPartialRevert(IChallengeRegistry.StatementSignatureInvalid.selector);
        challenges.submit(id, _one(said));
    }

    function testFuzz_submit_revertsIfAnotherKeySigned(uint256 key) public {
        uint256 id = _drawn();
        bytes32 witness = _witness(id, 0).gpuId;
        key = bound(key, 1, SECP256K1_ORDER - 1);
        vm.assume(key != keyOf(witness));
        ClassStatement[] memory said = _one(_sign(id, host.gpuId, 0, true, 1, key));
        vm.expectRevert(
            abi.encodeWithSelector(
                IChallengeRegistry.StatementSignatureInvalid.selector, vm.addr(keyOf(witness)), vm.addr(key)
            )
        );
        challenges.submit(id, said);
    }

    function test_submit_revertsIfSignedForAnotherChallenge() public {
        uint256 first = _open();
        pass(challenges.LIFE());
        uint256 id = _drawn();
        ClassStatement memory said = _say(id, 0, true, 1);
        bytes32 witness = _witness(id, 0).gpuId;
        (said.r, said.vs) = vm.signCompact(
            keyOf(witness), challenges.statementDigest(first, host.gpuId, witness, NONCE, ANSWER, true, 1)
        );
        vm.expectPartialRevert(IChallengeRegistry.StatementSignatureInvalid.selector);
        challenges.submit(id, _one(said));
    }

    function test_submit_revertsIfWitnessUnknown() public {
        uint256 id = _drawn();
        ClassStatement memory said = _say(id, 2, true, 1);
        said.witness = 3;
        vm.expectRevert(abi.encodeWithSelector(IChallengeRegistry.WitnessUnknown.selector, uint8(3), uint8(3)));
        challenges.submit(id, _one(said));
    }

    function test_submit_revertsIfRepeated() public {
        uint256 id = _drawn();
        challenges.submit(id, _one(_say(id, 1, true, 1)));
        ClassStatement memory again = _say(id, 1, false, 1);
        vm.expectRevert(abi.encodeWithSelector(IChallengeRegistry.StatementRepeated.selector, uint8(1)));
        challenges.submit(id, _one(again));
    }

    function test_submit_revertsIfNotDrawn() public {
        uint256 id = _open();
        vm.expectRevert(abi.encodeWithSelector(IChallengeRegistry.WitnessesNotDrawn.selector, id));
        challenges.submit(id, new ClassStatement[](0));
    }

    function test_submit_revertsIfLapsed() public {
        uint256 id = _drawn();
        ClassStatement memory said = _say(id, 0, true, 1);
        uint256 lapse = challenges.challenge(id).openedAt + challenges.LIFE();
        vm.warp(lapse - 1);
        challenges.submit(id, _one(said));
        ClassStatement memory second = _say(id, 1, true, 1);
        vm.warp(lapse);
        vm.expectRevert(abi.encodeWithSelector(IChallengeRegistry.ChallengeLapsed.selector, id, lapse));
        challenges.submit(id, _one(second));
    }

    function test_submit_revertsIfTheWitnessWasRevoked() public {
        uint256 id = _drawn();
        ClassStatement memory said = _say(id, 0, true, 1);
        bytes32 witness = _witness(id, 0).gpuId;
        vm.prank(governor);
        registry.revokeDevice(witness, 0);
        vm.expectRevert(abi.encodeWithSelector(IChallengeRegistry.DeviceNotLive.selector, witness));
        challenges.submit(id, _one(said));
    }

    function test_submit_revertsIfTheDeviceWasRegisteredAnew() public {
        uint256 id = _drawn();
        vm.prank(host.operator);
        registry.retireDevice(host.gpuId);
        pass(2);
        Gpu memory anew = host;
        anew.key = 0xabcdef;
        anew.operator = address(0x999);
        uint32 other = enroll(anew);
        assertTrue(other != slot, "another slot");
        ClassStatement[] memory both = _both(_say(id, 0, true, 1), _say(id, 1, true, 1));
        vm.expectRevert(abi.encodeWithSelector(IChallengeRegistry.DeviceNotLive.selector, host.gpuId));
        challenges.submit(id, both);
        assertEq(registry.device(other).refreshedBlock, type(uint32).max, "still unproven");
    }

    function test_statementDigest_isThatOfEip712() public view {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("AIT class challenges"),
                keccak256("1"),
                block.chainid,
                address(challenges)
            )
        );
        bytes32 statement = keccak256(
            abi.encode(
                keccak256(
                    "ClassStatement(uint256 challengeId,bytes32 gpuId,bytes32 witness,bytes32 nonce,bytes32 answer,bool isCorrect,uint32 duration)"
                ),
                uint256(7),
                bytes32("gpu"),
                bytes32("witness"),
                NONCE,
                ANSWER,
                true,
                uint32(12)
            )
        );
        assertEq(
            challenges.statementDigest(7, "gpu", "witness", NONCE, ANSWER, true, 12),
            keccak256(abi.encodePacked(hex"1901", domain, statement)),
            "digest"
        );
    }

    // ---- every day

    function test_refreshDevice_extendsNothingWithoutALaterProof() public {
        _prove();
        uint40 until = registry.device(slot).validUntil;
        pass(13 hours);
        _refresh();
        assertTrue(registry.device(slot).validUntil - until <= 8, "no further than the proof");
        pass(11 hours + 1 minutes);
        assertTrue(registry.device(slot).validUntil < block.timestamp, "it has run out");
    }

    function test_refreshDevice_extendsAsFarAsTheProof() public {
        _prove();
        pass(13 hours);
        _prove();
        uint40 proven = registry.provenUntilOf(host.gpuId);
        _refresh();
        assertEq(registry.device(slot).validUntil, proven, "validUntil");
        assertEq(registry.device(slot).refreshedBlock, block.number, "refreshedBlock");
    }

    function test_refreshDevice_leavesTheUnprovenInNoDraw() public {
        uint40 until = registry.device(slot).validUntil;
        pass(13 hours);
        _refresh();
        assertEq(registry.device(slot).validUntil, until, "validUntil");
        assertEq(registry.device(slot).refreshedBlock, type(uint32).max, "refreshedBlock");
    }

    function test_registerDevice_demandsAProofAnew() public {
        _prove();
        vm.prank(host.operator);
        registry.retireDevice(host.gpuId);
        pass(2);
        host.key = 0xabcdef;
        uint32 other = enroll(host);
        assertEq(registry.device(other).refreshedBlock, type(uint32).max, "refreshedBlock");
        assertEq(registry.provenUntilOf(host.gpuId), 0, "provenUntil");
    }

    function test_registerDevice_isOpenToTheSuspendedWhoThenProveThemselves() public {
        uint256 id = _drawn();
        _submit(id, _say(id, 0, false, 0), _say(id, 1, false, 0));
        pass(challenges.COOLDOWN());
        host.key = 0xabcdef;
        slot = enroll(host);
        pass(2);
        _prove();
        assertEq(registry.device(slot).revokedBlock, 0, "revokedBlock");
    }

    function test_setTerms_asksThoseWhoAreThereWithTheirNextExtension() public {
        vm.prank(governor);
        challenges.setTerms(3, _terms());
        Gpu memory old = gpus[2];
        uint40 until = registry.device(2).validUntil;
        pass(13 hours);
        RegistrationRequest memory request = requestOf(old);
        vm.prank(old.operator);
        registry.refreshDevice(request);
        assertEq(registry.device(2).validUntil, until, "validUntil");
        assertTrue(registry.device(2).refreshedBlock != type(uint32).max, "it is in draws meanwhile");
    }

    // ---- the first three devices of a network

    function test_submit_provesTheFirstMeasuredHostByTwoAttestedGpus() public {
        ChallengeTerms[4] memory all = [_terms(), _terms(), _terms(), _terms()];
        ChallengeRegistry demanding = new ChallengeRegistry(governor, all);
        bytes32[] memory measurements = new bytes32[](1);
        measurements[0] = keccak256(measurement());
        registry = new DeviceRegistry(
            snp,
            IDcapVerifier(address(0)),
            INvidiaVerifier(address(new DecodingNvidiaVerifier())),
            governor,
            measurements,
            [6, 4, 4, 4],
            demanding,
            attendanceRegistry()
        );
        demanding.attach(registry);
        challenges = demanding;
        uint32 first = _enrollAttested(address(0x501), "first chip", "first gpu");
        assertEq(registry.device(first).refreshedBlock, block.number, "attested: nothing is demanded");
        slot = enroll(host);
        pass(2);
        uint256 void = _drawn();
        assertEq(challenges.challenge(void).verdict, VOID, "one witness is none");
        _enrollAttested(address(0x502), "second chip", "second gpu");
        pass(2);
        _prove();
        assertEq(registry.device(slot).refreshedBlock, block.number, "proven");

        vm.expectRevert(abi.encodeWithSelector(IChallengeRegistry.ChallengeNotDemanded.selector, bytes32("first gpu")));
        vm.prank(address(0x501));
        challenges.open("first gpu");
    }

    // ---- terms and roles

    function test_setTerms_keepsThoseOfOpenChallenges() public {
        uint256 id = _drawn();
        ChallengeTerms memory shorter = _terms();
        shorter.deadline = 10;
        vm.expectEmit();
        emit TermsChanged(A100, shorter);
        vm.prank(governor);
        challenges.setTerms(A100, shorter);
        _submit(id, _say(id, 0, true, DEADLINE), _say(id, 1, true, DEADLINE));
        assertEq(challenges.challenge(id).verdict, PASSED, "verdict");
        assertEq(challenges.termsOf(A100).deadline, 10, "termsOf");
    }

    function test_setTerms_withdrawsAClass() public {
        ChallengeTerms memory none;
        vm.prank(governor);
        challenges.setTerms(A100, none);
        assertFalse(challenges.isDemanded(A100), "isDemanded");
        assertTrue(address(challenges.devices()) == address(registry), "devices");
    }

    function testFuzz_setTerms_isBounded(ChallengeTerms memory terms) public {
        bool isAllowed = terms.tiles == 0
            || (terms.tiles <= 1 << 20 && terms.width != 0 && terms.width <= 16_384 && terms.width % 256 == 0
                && terms.rows != 0 && terms.rows <= 16_384 && terms.rows % 16 == 0 && terms.steps != 0
                && terms.steps <= 1 << 20 && terms.deadline != 0 && terms.deadline <= 300_000
                && uint256(terms.tiles) * terms.width * terms.width <= 1 << 40);
        vm.prank(governor);
        try challenges.setTerms(A100, terms) {
            assertTrue(isAllowed, "taken");
        } catch {
            assertFalse(isAllowed, "refused");
        }
    }

    function test_setTerms_namesWhatIsWrong() public {
        ChallengeTerms memory terms = _terms();
        terms.width = 300;
        _expectTerms(terms, abi.encodeWithSelector(IChallengeRegistry.TermOutOfBounds.selector, 300, 256, 16_384));
        terms.width = 16_384;
        terms.tiles = 8192;
        uint256 found = uint256(8192) << 28;
        uint256 most = 1 << 40;
        _expectTerms(terms, abi.encodeWithSelector(IChallengeRegistry.MemoryOutOfBounds.selector, found, most));
        vm.expectRevert(abi.encodeWithSelector(IChallengeRegistry.ClassUnknown.selector, uint8(5)));
        vm.prank(governor);
        challenges.setTerms(5, _terms());
    }

    /// @notice The role matrix: who is none of these decides nothing.
    function testFuzz_roles_areHeldByTheirHoldersAlone(address caller) public {
        vm.assume(caller != governor && caller != address(challenges) && caller != address(this));
        bytes memory stranger =
            abi.encodeWithSelector(IDeviceRegistry.NotChallengeRegistry.selector, address(challenges), caller);
        vm.startPrank(caller);
        vm.expectRevert(stranger);
        registry.proveClass(host.gpuId, type(uint32).max);
        vm.expectRevert(stranger);
        registry.suspendDevice(gpus[0].gpuId);
        vm.expectRevert(abi.encodeWithSelector(IGoverned.NotGovernor.selector, governor, caller));
        challenges.setTerms(A100, _terms());
        vm.expectRevert(abi.encodeWithSelector(IGoverned.NotGovernor.selector, governor, caller));
        challenges.setGovernor(caller);
        vm.expectRevert(abi.encodeWithSelector(IChallengeRegistry.NotCreator.selector, address(this), caller));
        challenges.attach(registry);
        vm.stopPrank();
    }

    function test_roles_theGovernorProvesNothing() public {
        vm.expectPartialRevert(IDeviceRegistry.NotChallengeRegistry.selector);
        vm.prank(governor);
        registry.proveClass(host.gpuId, type(uint32).max);
    }

    function test_attach_happensOnceAndToTheRegistryThatNamesIt() public {
        vm.expectRevert(abi.encodeWithSelector(IChallengeRegistry.AlreadyAttached.selector, address(registry)));
        challenges.attach(registry);
        ChallengeTerms[4] memory none;
        ChallengeRegistry other = new ChallengeRegistry(governor, none);
        vm.expectRevert(
            abi.encodeWithSelector(
                IChallengeRegistry.AttachedElsewhere.selector, address(other), address(challenges)
            )
        );
        other.attach(registry);
    }

    function test_constructor_revertsWithoutGovernor() public {
        ChallengeTerms[4] memory none;
        vm.expectRevert(abi.encodeWithSelector(IGoverned.RoleMissing.selector));
        new ChallengeRegistry(address(0), none);
    }

    // ---- hands

    function _terms() private pure returns (ChallengeTerms memory) {
        return ChallengeTerms({tiles: 64, width: 256, rows: 32, steps: 1024, deadline: DEADLINE});
    }

    function _expectTerms(ChallengeTerms memory terms, bytes memory refusal) private {
        vm.expectRevert(refusal);
        vm.prank(governor);
        challenges.setTerms(A100, terms);
    }

    function _open() private returns (uint256) {
        vm.prank(host.operator);
        return challenges.open(host.gpuId);
    }

    function _drawn() private returns (uint256 id) {
        id = _open();
        pass(6);
        challenges.draw(id);
    }

    function _prove() private {
        uint256 id = _drawn();
        _submit(id, _say(id, 0, true, 1), _say(id, 1, true, 1));
        assertEq(challenges.challenge(id).verdict, PASSED, "proven");
    }

    function _refresh() private {
        RegistrationRequest memory request = requestOf(host);
        vm.prank(host.operator);
        registry.refreshDevice(request);
    }

    function _retire(uint256 i) private {
        vm.prank(gpus[i].operator);
        registry.retireDevice(gpus[i].gpuId);
    }

    function _submit(uint256 id, ClassStatement memory first, ClassStatement memory second) private {
        challenges.submit(id, _both(first, second));
    }

    function _both(ClassStatement memory first, ClassStatement memory second)
        private
        pure
        returns (ClassStatement[] memory both)
    {
        both = new ClassStatement[](2);
        (both[0], both[1]) = (first, second);
    }

    function _one(ClassStatement memory said) private pure returns (ClassStatement[] memory one) {
        one = new ClassStatement[](1);
        one[0] = said;
    }

    function _witness(uint256 id, uint8 witness) private view returns (Device memory) {
        return registry.device(challenges.challenge(id).witnesses[witness]);
    }

    function _say(uint256 id, uint8 witness, bool isCorrect, uint32 duration)
        private
        view
        returns (ClassStatement memory)
    {
        return _sign(id, host.gpuId, witness, isCorrect, duration, keyOf(_witness(id, witness).gpuId));
    }

    function _sign(uint256 id, bytes32 gpuId, uint8 witness, bool isCorrect, uint32 duration, uint256 key)
        private
        view
        returns (ClassStatement memory said)
    {
        said = ClassStatement({
            witness: witness,
            nonce: NONCE,
            answer: ANSWER,
            isCorrect: isCorrect,
            duration: duration,
            r: 0,
            vs: 0
        });
        (said.r, said.vs) = vm.signCompact(
            key,
            challenges.statementDigest(id, gpuId, _witness(id, witness).gpuId, NONCE, ANSWER, isCorrect, duration)
        );
    }

    /// @notice Whether a draw over the roster of now would seat the device.
    function _isSeated(uint32 index) private returns (bool) {
        MiningTask[] memory tasks = new MiningTask[](1);
        tasks[0] = taskOf(index);
        uint256 batchId = commit(tasks);
        pass(6);
        mining.pinSeed(batchId);
        uint32[3] memory seats = mining.seatsOf(batchId, tasks[0], secretOf(index));
        return seats[0] == slot || seats[1] == slot || seats[2] == slot;
    }

    function _enrollAttested(address operator, bytes32 chip, bytes32 gpuId) private returns (uint32) {
        Gpu memory gpu = gpuOf(operator, chip, 0, 1);
        gpu.gpuId = gpuId;
        gpus.push(gpu);
        RegistrationRequest memory request;
        request.enclaveKey = vm.addr(gpu.key);
        request.class = 1;
        request.platform = 1;
        request.blockNumber = uint64(block.number - 1);
        bytes32 binding = registry.bindingOf(operator, request.enclaveKey, gpuId, 1, request.blockNumber);
        GpuFacts memory facts;
        (facts.gpuId, facts.nonce, facts.chip, facts.validUntil) = (gpuId, binding, "GH100", type(uint64).max);
        request.gpu.report = abi.encode(facts);
        request.report = reportOf(measurement(), binding, sha256(request.gpu.report), chip);
        vm.prank(operator);
        return registry.registerDevice(request);
    }
}
