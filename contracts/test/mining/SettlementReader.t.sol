// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMiningRegistry, MiningTask, SeatClaim, TaskSettlement} from "../../src/interfaces/IMiningRegistry.sol";
import {SettlementReader} from "../../src/mining/SettlementReader.sol";
import {Merkle} from "../base/Merkle.sol";
import {Packing} from "../base/Packing.sol";
import {Test} from "../base/Test.sol";

/// @notice What is packed field by field is read back word by word, and nothing else is read.
contract SettlementReaderTest is Test {
    using SettlementReader for uint256;

    function testFuzz_read_findsWhatWasPacked(uint256 seed, uint8 count) public view {
        TaskSettlement[] memory settlements = _settlements(seed, 1 + count % 4);
        this.compare(Packing.pack(settlements), settlements);
    }

    function testFuzz_read_refusesWhatIsCutOffOrContinued(uint256 seed, uint16 cut, bool isLonger) public {
        TaskSettlement[] memory settlements = _settlements(seed, 2);
        bytes memory packed = Packing.pack(settlements);
        if (isLonger) {
            packed = bytes.concat(packed, new bytes(1 + cut % 26));
        } else {
            uint256 length = packed.length - 1 - cut % (packed.length - 1);
            // A cut between two records leaves one record.
            if (length == Packing.pack(settlements[0]).length) return;
            assembly ("memory-safe") {
                mstore(packed, length)
            }
        }
        vm.expectRevert();
        this.compare(packed, settlements);
    }

    function testFuzz_read_refusesBitsThatMeanNothing(uint256 seed, uint8 bit) public {
        TaskSettlement[] memory settlements = _settlements(seed, 1);
        bytes memory packed = Packing.pack(settlements);
        // One of the flags from the fourth on.
        packed[3] |= bytes1(uint8(8 << bit % 5));
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.SettlementMalformed.selector, 0, packed.length));
        this.compare(packed, settlements);
    }

    function test_read_refusesFactsAboutAClaimThatIsNotThere() public {
        TaskSettlement[] memory settlements = _settlements(1, 1);
        settlements[0].claims = new SeatClaim[](0);
        bytes memory packed = Packing.pack(settlements);
        packed[1] = 0x01;
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.SettlementMalformed.selector, 0, packed.length));
        this.compare(packed, settlements);
    }

    function test_read_takesAShortHeadForTheNextTaskOnTheSameTerms() public view {
        TaskSettlement[] memory settlements = _settlements(1, 2);
        settlements[0].task.redeemer = address(0);
        settlements[1] = abi.decode(abi.encode(settlements[0]), (TaskSettlement));
        settlements[1].task.index++;
        for (uint256 i = 0; i < settlements[1].claims.length; i++) {
            (settlements[1].claims[i].gpuId, settlements[1].claims[i].resultHash) = (0, 0);
        }
        (settlements[1].answerCommitment, settlements[1].escalationSecret) = (0, 0);
        bytes memory packed = Packing.pack(settlements);
        uint256 length = Packing.pack(settlements[0]).length;
        assertEq(packed.length, length + 97 + 69 * settlements[1].claims.length, "one byte of a head");
        this.compare(packed, settlements);
        // Whole, or with its terms left out, it says the same.
        this.compare(bytes.concat(Packing.pack(settlements[0]), Packing.pack(settlements[1])), settlements);
        bytes memory some = bytes.concat(Packing.headOf(settlements[1], 4), Packing.bodyOf(settlements[1]));
        this.compare(bytes.concat(Packing.pack(settlements[0]), some), settlements);
    }

    function test_read_refusesAShortHeadBeyondTheBatch() public {
        bytes memory packed = bytes.concat(Packing.pack(_settlements(3, 1)), hex"80", keccak256("beyond"), new bytes(64));
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.WorkloadNotInQueue.selector, keccak256("beyond")));
        this.readOf(packed, 1);
    }

    function readOf(bytes calldata packed, uint256 taskCount) external pure {
        SettlementReader.read(packed, taskCount);
    }

    function test_read_refusesTasksOutOfOrder() public {
        TaskSettlement[] memory settlements = _settlements(1, 2);
        settlements[1].task.index = settlements[0].task.index;
        bytes memory packed = Packing.pack(settlements);
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.TasksNotAscending.selector));
        this.compare(packed, settlements);
    }

    function compare(bytes calldata packed, TaskSettlement[] calldata settlements) external pure {
        (uint256[] memory heads, uint256[] memory positions, bytes32[] memory leaves) =
            SettlementReader.read(packed, 1 << 20);
        assertEq(heads.length, settlements.length, "records");
        for (uint256 i = 0; i < heads.length; i++) {
            MiningTask memory task = settlements[i].task;
            uint256 head = heads[i];
            uint256 record = head.recordOf();
            assertEq(positions[i], task.index, "position");
            assertEq(leaves[i], Merkle.leafOf(task), "leaf");
            assertEq(head.indexOf(), task.index, "index");
            assertEq(head.workloadTypeOf(), task.workloadType, "type");
            assertEq(head.determinismClassOf(), task.determinismClass, "class");
            assertEq(head.computeUnitsOf(), task.computeUnits, "units");
            assertEq(head.deadlineOf(), task.deadline, "deadline");
            assertEq(record.redeemerOf(head), task.redeemer, "redeemer");
            assertEq(bytes32(record.wordAt(SettlementReader.WORKLOAD)), task.workloadHash, "workload");
            assertEq(record.seatSecretOf(head), settlements[i].seatSecret, "secret");
            assertEq(bytes32(record.wordAt(SettlementReader.RESULT)), settlements[i].resultHash, "result");
            assertTrue(head.hasEscalationSecret() == (settlements[i].escalationSecret != 0), "opens the seat secret");
            if (head.hasEscalationSecret()) {
                bytes32 found = bytes32(record.wordAt(SettlementReader.ESCALATION));
                assertEq(found, settlements[i].escalationSecret, "escalation secret");
            }
            _compareClaims(record, head, settlements[i].claims);
        }
    }

    function _compareClaims(uint256 record, uint256 head, SeatClaim[] calldata claims) private pure {
        uint256 next = record.claimsOf(head);
        uint256 seats = 0;
        for (uint256 i = 0; i < claims.length; i++) {
            SeatClaim memory claim;
            (claim, next) = SettlementReader.claimAt(next, head, claims[i].seat);
            assertEq(keccak256(abi.encode(claim)), keccak256(abi.encode(claims[i])), "claim");
            seats |= 1 << claims[i].seat;
        }
        assertEq(head.seatsOf(), seats, "seats");
    }

    function _settlements(uint256 seed, uint256 count) private pure returns (TaskSettlement[] memory settlements) {
        settlements = new TaskSettlement[](count);
        for (uint256 i = 0; i < count; i++) {
            uint256 each = uint256(keccak256(abi.encode(seed, i)));
            // Some with nothing that needs a whole head, some behind a gap, some under the terms of the one before.
            if (each >> 210 & 1 == 1) each &= ~(uint256(type(uint24).max) << 175 | 3);
            uint32 index = i == 0 ? uint32(seed % 3) : settlements[i - 1].task.index + 1 + uint32(each >> 211 & 1);
            settlements[i] = _settlement(each, index);
            if (i == 0 || each >> 212 & 1 == 1) continue;
            MiningTask memory last = settlements[i - 1].task;
            MiningTask memory task = settlements[i].task;
            (task.workloadType, task.determinismClass) = (last.workloadType, last.determinismClass);
            (task.computeUnits, task.deadline) = (last.computeUnits, last.deadline);
        }
    }

    function _settlement(uint256 seed, uint32 index) private pure returns (TaskSettlement memory settlement) {
        settlement.seatSecret = _word(seed, 1);
        if (seed & 1 == 1) {
            (settlement.answerCommitment, settlement.escalationSecret) = (_word(seed, 6), _word(seed, 2));
            settlement.seatSecret =
                keccak256(abi.encode(settlement.answerCommitment, settlement.escalationSecret));
        }
        settlement.resultHash = _word(seed, 3);
        settlement.task = MiningTask({
            workloadHash: _word(seed, 4),
            index: index,
            workloadType: uint16(seed >> 16),
            determinismClass: uint8(seed >> 32),
            computeUnits: uint64(seed >> 40),
            deadline: uint64(seed >> 104),
            redeemer: seed & 2 == 0 ? address(0) : address(uint160(uint256(_word(seed, 5)))),
            seatSecretHash: keccak256(abi.encode(settlement.seatSecret))
        });
        uint256 seats = seed >> 168 & 0x7f;
        uint256 count = 0;
        for (uint256 seat = 0; seat < 7; seat++) {
            count += seats >> seat & 1;
        }
        settlement.claims = new SeatClaim[](count);
        for (uint256 seat = 7; seat > 0; seat--) {
            if (seats >> seat - 1 & 1 == 0) continue;
            settlement.claims[--count] = SeatClaim({
                seat: uint8(seat - 1),
                gpuId: seed >> 175 + seat & 1 == 0 ? bytes32(0) : _word(seed, 10 + seat),
                resultHash: seed >> 185 + seat & 1 == 0 ? bytes32(0) : _word(seed, 20 + seat),
                duration: uint40(uint256(_word(seed, 30 + seat))),
                r: _word(seed, 40 + seat),
                vs: _word(seed, 50 + seat)
            });
        }
    }

    function _word(uint256 seed, uint256 place) private pure returns (bytes32) {
        return keccak256(abi.encode(seed, "word", place));
    }
}
