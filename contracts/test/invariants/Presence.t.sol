// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AIToken} from "../../src/AIToken.sol";
import {AttendanceRegistry} from "../../src/AttendanceRegistry.sol";
import {ChallengeRegistry} from "../../src/ChallengeRegistry.sol";
import {DeviceRegistry} from "../../src/DeviceRegistry.sol";
import {AbsenceReport, Attendance, AttendanceTerms, IAttendanceRegistry} from "../../src/interfaces/IAttendanceRegistry.sol";
import {Challenge, ChallengeTerms, ClassStatement, IChallengeRegistry} from "../../src/interfaces/IChallengeRegistry.sol";
import {Device} from "../../src/interfaces/IDeviceRegistry.sol";
import {IMiningRegistry, MiningTask, SeatClaim, TaskSettlement} from "../../src/interfaces/IMiningRegistry.sol";
import {Network} from "../base/Network.sol";
import {Campaign, CampaignTest} from "./Campaign.sol";

/// @notice Devices that fall silent and come back, are challenged and pass or fail, at random beside the work they are drawn for.
contract PresenceHandler is Network, Campaign {
    /// @dev A silent seat that was reported.
    struct Absent {
        bytes32 taskId;
        MiningTask task;
        uint256 batchId;
        uint8 seat;
        uint256 g;
        uint256 reportedAt;
        uint256 reportedBlock;
        bool isAnswered;
    }

    /// @dev What these books say about a device. `isGone`: retired, revoked or failed since it was last registered. `counted`: absences that
    /// count against it.
    struct Standing {
        bool isAbsent;
        bool isGone;
        bool isRevoked;
        uint256 aliveAt;
        uint256 resumableAt;
        uint256 closedUntil;
        uint256 counted;
        uint256 earned;
    }

    uint256 public constant DEVICES = 7;
    uint256 private constant TASKS = 6;
    uint32 private constant IN_TIME = 1000;
    uint256 public reports;
    uint256 public answers;
    uint256 public suspensions;
    uint256 public returns_;
    uint256 public passes;
    uint256 public failures;
    uint256 public voids;
    uint256 public settled;
    uint256 public refused;
    uint256 public mintedSum;
    AttendanceRegistry private _attendance;
    ChallengeRegistry private _challenges;
    Absent[] private _absent;
    mapping(uint256 g => Standing) public standing;
    mapping(bytes32 seat => bool) private _isKnown;
    mapping(uint256 challengeId => uint256 verdict) private _verdicts;

    constructor(bool isStrict_) Campaign(isStrict_) {
        setUp();
        for (uint256 i = 5; i < DEVICES; i++) {
            enroll(gpuOf(address(uint160(0x1000 + i)), keccak256(abi.encode("chip", i)), bytes16(uint128(i + 1)), 1));
        }
        _attendance.attach(mining);
        _challenges.attach(registry);
        for (uint8 class = 2; class <= 4; class++) {
            vm.prank(governor);
            _challenges.setTerms(class, ChallengeTerms({tiles: 64, width: 256, rows: 32, steps: 1024, deadline: IN_TIME}));
        }
        pass(2);
    }

    function network()
        external
        view
        returns (AIToken, IMiningRegistry, DeviceRegistry, AttendanceRegistry, ChallengeRegistry)
    {
        return (token, mining, registry, _attendance, _challenges);
    }

    function gpuIdOf(uint256 g) external view returns (bytes32 gpuId, address operator) {
        return (gpus[g].gpuId, gpus[g].operator);
    }

    function attendanceRegistry() internal override returns (IAttendanceRegistry) {
        return _attendance = new AttendanceRegistry(governor);
    }

    function challengeRegistry() internal override returns (IChallengeRegistry) {
        ChallengeTerms[4] memory none;
        return _challenges = new ChallengeRegistry(governor, none);
    }

    // ---- devices

    function wait(uint256 time) external {
        pass(bound(time, 2, time % 4 == 0 ? 12 hours : 10 minutes));
    }

    function renew(uint256 pick, bool isNewKey) external {
        uint256 g = pick % DEVICES;
        if (isNewKey) gpus[g].key = uint256(keccak256(abi.encode(gpus[g].key))) >> 1;
        pass(2);
        if (!_renew(g)) refuse();
    }

    function retire(uint256 pick) external {
        uint256 g = pick % DEVICES;
        if (!_isUp(g)) _renew(g);
        (bool hasSlot,) = _slotOf(g);
        bool isIn = hasSlot && !_isOut(g);
        vm.prank(gpus[g].operator);
        try registry.retireDevice(gpus[g].gpuId) {
            must(isIn, "only who is there retires");
            standing[g].isGone = true;
            did("DeviceRegistry.retireDevice");
        } catch {
            must(!isIn, "who is there may retire");
            refused++;
            refuse();
        }
    }

    function revokeOrReinstate(uint256 pick) external {
        uint256 g = pick % DEVICES;
        bool isRevoked = standing[g].isRevoked;
        vm.prank(governor);
        if (isRevoked || !isStrict && pick % 4 == 0) {
            registry.reinstateDevice(gpus[g].gpuId);
            must(isRevoked, "only what was revoked is reinstated");
            standing[g].isRevoked = false;
            did("DeviceRegistry.reinstateDevice");
        } else {
            registry.revokeDevice(gpus[g].gpuId, "fuzz");
            (standing[g].isRevoked, standing[g].isGone) = (true, true);
            did("DeviceRegistry.revokeDevice");
        }
    }

    // ---- work

    /// @notice Tasks over the devices that are up. None that is suspended, out or unproven is drawn.
    function queue() public returns (uint256 batchId) {
        for (uint256 g = 0; g < DEVICES; g++) {
            if (!_isUp(g)) _renew(g);
        }
        pass(2);
        MiningTask[] memory tasks = tasksOf(TASKS);
        batchId = commitAndPin(tasks);
        did("MiningRegistry.commitBatch");
        for (uint256 i = 0; i < TASKS; i++) {
            try mining.seatsOf(batchId, tasks[i], secretOf(i)) returns (uint32[3] memory slots) {
                for (uint256 seat = 0; seat < 3; seat++) {
                    Device memory device = registry.device(slots[seat]);
                    uint256 g = _indexOf(device.gpuId);
                    must(!standing[g].isAbsent, "who is suspended for absence is in no draw");
                    must(!standing[g].isGone && !standing[g].isRevoked, "who failed, retired or is revoked is in no draw");
                    must(device.refreshedBlock != type(uint32).max, "who has not proven its class is in no draw");
                }
            } catch {
                refused++; // too few devices are up
                return batchId;
            }
        }
    }

    /// @notice Settles a task of one of the last batches; one of its seats may be silent.
    function settleTask(uint256 pick, uint256 taskPick, uint256 silent) external {
        uint256 batchId = _live(pick);
        MiningTask[] memory tasks = committed[batchId];
        uint256 i = taskPick % TASKS;
        bool wasSettled = mining.isSettled(batchId, uint32(i));
        try this.settlementFor(batchId, tasks, i, silent % 4) returns (TaskSettlement memory settlement) {
            bool hasOut = false;
            for (uint256 c = 0; c < settlement.claims.length; c++) {
                hasOut = hasOut || _isOut(_indexOf(settlement.claims[c].gpuId));
            }
            try this.settleAs(batchId, settlement) returns (uint256 minted) {
                must(wasSettled || !hasOut, "who is suspended or out is paid nothing");
                must(!wasSettled || minted == 0, "a task mints once");
                if (wasSettled) return;
                settled++;
                mintedSum += minted;
                uint256 amount = uint256(UNITS) * mining.batch(batchId).mintRate;
                must(minted == amount * settlement.claims.length, "each seat its pay");
                for (uint256 c = 0; c < settlement.claims.length; c++) {
                    standing[_indexOf(settlement.claims[c].gpuId)].earned += amount;
                }
                did("MiningRegistry.settle");
            } catch {
                refused++;
                refuse();
            }
        } catch {
            refused++;
            refuse();
        }
    }

    function settleAs(uint256 batchId, TaskSettlement memory settlement) external returns (uint256) {
        require(msg.sender == address(this), Refused());
        return settle(batchId, only(settlement));
    }

    /// @notice A settlement by every seat but `silent`, or by all if there is no such seat.
    function settlementFor(uint256 batchId, MiningTask[] memory tasks, uint256 i, uint256 silent)
        external
        view
        returns (TaskSettlement memory settlement)
    {
        settlement = settlementOf(batchId, tasks, i);
        if (silent >= 3) return settlement;
        settlement.claims[silent] = settlement.claims[2];
        if (silent == 0) (settlement.claims[0], settlement.claims[1]) = (settlement.claims[1], settlement.claims[0]);
        keepClaims(settlement, 2);
    }

    // ---- absence

    /// @notice Reports a seat of a task: it is taken if the seat is unpaid and its device drawn, once.
    function report(uint256 pick, uint256 taskPick, uint256 seat) external {
        uint256 batchId = _live(pick);
        (bool isSeated, AbsenceReport memory found, Device memory device) =
            _reportOf(batchId, taskPick % TASKS, uint8(seat % 3));
        if (!isSeated) return;
        uint256 g = _indexOf(device.gpuId);
        bool mayReport = _mayReport(found, device);
        vm.prank(anyone);
        try _attendance.report(found) returns (bytes32 gpuId) {
            must(mayReport, "only a drawn device's unpaid seat is absent, once");
            must(gpuId == gpus[g].gpuId && !_isOut(g), "the device that was drawn is absent");
            _note(found, g);
            did("AttendanceRegistry.report");
        } catch {
            must(!mayReport, "a silent seat can be reported");
            refused++;
            refuse();
        }
    }

    /// @notice Reports every seat of a batch that one device is silent on.
    function reportAll(uint256 pick, uint256 gpuPick) public {
        uint256 g = gpuPick % DEVICES;
        uint256 batchId = _live(pick);
        AbsenceReport[] memory all = new AbsenceReport[](TASKS);
        uint256 length = 0;
        for (uint256 i = 0; i < TASKS; i++) {
            (bool isSeated, uint8 seat) = _seatOf(batchId, i, gpus[g].gpuId);
            if (!isSeated) continue;
            (, AbsenceReport memory found, Device memory device) = _reportOf(batchId, i, seat);
            if (_mayReport(found, device)) all[length++] = found;
        }
        assembly ("memory-safe") {
            mstore(all, length)
        }
        _attendance.reportAll(all);
        for (uint256 i = 0; i < length; i++) {
            _note(all[i], g);
        }
        if (length != 0) did("AttendanceRegistry.reportAll");
    }

    /// @notice A device that was reported shows a result after all, signed with its key or another's.
    function answer(uint256 pick) external {
        if (_absent.length == 0) return;
        Absent storage found = _absent[pick % 3 == 0 ? pick % _absent.length : _absent.length - 1 - pick % _min(_absent.length, 3)];
        Gpu memory gpu = gpus[found.g];
        bool isOwn = pick % 8 != 0;
        bool isOpen = !found.isAnswered;
        SeatClaim memory claim;
        (claim.gpuId, claim.resultHash, claim.duration) = (gpu.gpuId, OTHER_RESULT, 1500);
        sign(claim, found.taskId, WORKLOAD, isOwn ? gpu.key : gpus[(found.g + 1) % DEVICES].key);
        // A key that was never registered answers nothing.
        isOwn = isOwn && registry.gpuOfKey(vm.addr(gpu.key)) == gpu.gpuId;
        try _attendance.answer(
            found.taskId, WORKLOAD, gpu.gpuId, claim.resultHash, claim.duration, claim.r, claim.vs
        ) {
            must(isOwn && isOpen, "an absence is answered by its own device, once");
            found.isAnswered = true;
            if (found.reportedAt > standing[found.g].aliveAt) standing[found.g].counted--;
            answers++;
            did("AttendanceRegistry.answer");
        } catch {
            must(!isOwn || !isOpen, "its own device can answer an absence");
            refused++;
            refuse();
        }
    }

    /// @notice Suspends a device for absences, mostly one that has enough of them, and now and then with one that was answered.
    function suspend(uint256 pick, uint256 lie) external {
        uint256 g = pick % DEVICES;
        uint256 needed = _attendance.terms().absences;
        (bytes32[] memory taskIds, uint256 count) = _suspendable(g, needed, lie % 8 == 0);
        for (uint256 more = 0; more < 3 && count < needed && lie % 8 != 0; more++) {
            queue();
            reportAll(0, g);
            (taskIds, count) = _suspendable(g, needed, false);
        }
        if (count < needed) return;
        uint256 countsFrom = _countsFrom(taskIds, g);
        if (block.timestamp < countsFrom && lie % 4 != 1) pass(countsFrom - block.timestamp);
        (bytes32[] memory counting, uint256 left) = _suspendable(g, needed, false);
        bool mayCount = left == needed && keccak256(abi.encode(counting)) == keccak256(abi.encode(taskIds));
        bool isIn = !_isOut(g);
        AttendanceTerms memory terms = _attendance.terms();
        vm.prank(anyone);
        try _attendance.suspend(gpus[g].gpuId, taskIds) {
            must(mayCount && block.timestamp >= countsFrom, "only absences that count suspend, once they do");
            must(isIn, "who is in no draw is not suspended");
            Standing storage known = standing[g];
            known.isAbsent = true;
            known.resumableAt = _attendance.attendance(gpus[g].gpuId).resumableAt;
            must(known.resumableAt >= block.timestamp + terms.cooldown, "for the cooldown at least");
            must(known.resumableAt <= block.timestamp + terms.longestCooldown, "and for the longest at most");
            suspensions++;
            did("AttendanceRegistry.suspend");
            did("DeviceRegistry.suspendAbsent");
        } catch {
            must(!mayCount || !isIn || block.timestamp < countsFrom, "who is silent often enough is suspended");
            refused++;
            refuse();
        }
    }

    /// @notice A device signs a recent block; mostly one that is suspended, once its cooldown is over.
    function proveLife(uint256 pick, uint256 lie) external {
        uint256 g = pick % DEVICES;
        for (uint256 i = 0; i < DEVICES && pick % 4 != 0 && !standing[g].isAbsent; i++) {
            g = (g + 1) % DEVICES;
        }
        Standing storage known = standing[g];
        if (known.isAbsent && block.timestamp < known.resumableAt && lie % 4 != 0) pass(known.resumableAt - block.timestamp);
        pass(2);
        if (!_isUp(g)) _renew(g);
        pass(2);
        (bool hasSlot, uint32 slot) = _slotOf(g);
        if (!hasSlot) return;
        Device memory device = registry.device(slot);
        bool isOwn = device.enclaveKey == vm.addr(gpus[g].key);
        bool mayProve = isOwn && device.validUntil >= block.timestamp
            && (!known.isAbsent || block.timestamp >= known.resumableAt);
        if (_prove(g)) {
            must(mayProve, "only a valid device's own key proves life, after its cooldown");
            (known.aliveAt, known.counted) = (block.timestamp, 0);
            did("AttendanceRegistry.proveLife");
            if (known.isAbsent) {
                known.isAbsent = false;
                returns_++;
                did("DeviceRegistry.resumeDevice");
            }
        } else {
            must(!mayProve, "who is there proves it");
            refused++;
            refuse();
        }
    }

    function _prove(uint256 g) private returns (bool) {
        uint64 blockNumber = uint64(block.number - 1);
        bytes32 digest = _attendance.lifeDigest(gpus[g].gpuId, blockNumber, blockhash(blockNumber));
        (bytes32 r, bytes32 vs) = vm.signCompact(gpus[g].key, digest);
        try _attendance.proveLife(gpus[g].gpuId, blockNumber, r, vs) {
            return true;
        } catch {
            return false;
        }
    }

    // ---- challenges

    /// @notice Challenges a device: taken if its class has terms and it is there, one at a time and not right after a failure.
    function open(uint256 pick) public {
        uint256 g = 1 + pick % 3;
        if (!_isUp(g) && pick % 4 != 0) _renew(g);
        (bool hasSlot,) = _slotOf(g);
        if (!hasSlot) return;
        uint256 last = _challenges.challengeOf(gpus[g].gpuId);
        if (last != 0 && _challenges.challenge(last).verdict == 0) {
            uint256 lapsesAt = _challenges.challenge(last).openedAt + _challenges.LIFE();
            if (pick % 2 == 0 && block.timestamp < lapsesAt) pass(lapsesAt - block.timestamp);
        }
        bool mayOpen = _mayOpen(g, last);
        vm.prank(pick % 2 == 0 ? gpus[g].operator : governor);
        try _challenges.open(gpus[g].gpuId) returns (uint256 challengeId) {
            must(mayOpen, "a device that is there is challenged one at a time");
            must(challengeId == _challenges.challengeCount(), "challenges are counted");
            did("ChallengeRegistry.open");
        } catch {
            must(!mayOpen, "a device that is there can be challenged");
            refused++;
            refuse();
        }
    }

    /// @notice Draws who witnesses the last challenge.
    function draw(uint256 pick) public {
        uint256 id = _challenges.challengeCount();
        if ((id == 0 || !_isOpen(id) || _challenges.challenge(id).seed != 0) && pick % 4 != 0) this.open(pick / 4 * 4 + 3);
        id = _challenges.challengeCount();
        if (id == 0) return;
        Challenge memory found = _challenges.challenge(id);
        uint256 seedBlock = found.openedBlock + 2;
        if (block.number <= seedBlock && pick % 4 != 0) pass(6);
        bool mayDraw = _isOpen(id) && found.seed == 0 && block.number > seedBlock && block.number - seedBlock <= 256;
        try _challenges.draw(id) {
            must(mayDraw, "witnesses are drawn once, by a block after the opening");
            _checkWitnesses(id);
            did("ChallengeRegistry.draw");
        } catch {
            must(!mayDraw, "an open challenge gets its witnesses");
            refused++;
            refuse();
        }
    }

    /// @notice Witnesses of the last challenge say what they saw; two of them decide.
    /// @param said two bits a witness: whether the answer was right, and whether it came in time
    function submit(uint256 pick, uint256 said) external {
        uint256 id = _challenges.challengeCount();
        if ((id == 0 || !_isOpen(id) || _challenges.challenge(id).seed == 0) && pick % 4 != 0) this.draw(pick / 4 * 4 + 3);
        id = _challenges.challengeCount();
        if (id == 0) return;
        Challenge memory found = _challenges.challenge(id);
        uint256 g = _indexOf(found.gpuId);
        if (pick % 3 != 0) said |= 0xf;
        (ClassStatement[] memory statements, uint256 verdict, bool maySubmit) = _statements(id, found, said);
        bool isOpen = _isOpen(id) && found.seed != 0;
        bool isSame = verdict == 0 || !_isOut(g) && _isSame(g, found);
        try _challenges.submit(id, statements) {
            must(isOpen && maySubmit && isSame, "only live witnesses decide, and only about the device that was challenged");
            _decided(id, g, verdict);
            did("ChallengeRegistry.submit");
        } catch {
            must(!isOpen || !maySubmit || !isSame, "what two witnesses saw decides");
            refused++;
            refuse();
        }
    }

    function _decided(uint256 id, uint256 g, uint256 verdict) private {
        must(_verdicts[id] == 0, "a challenge is decided once");
        must(_challenges.challenge(id).verdict == verdict, "two statements that agree decide");
        _verdicts[id] = verdict;
        if (verdict == 1) {
            must(registry.provenUntilOf(gpus[g].gpuId) == block.timestamp + 24 hours, "a proof lasts a day");
            passes++;
            did("DeviceRegistry.proveClass");
        } else if (verdict == 2) {
            (bool hasSlot, uint32 slot) = _slotOf(g);
            must(hasSlot && registry.device(slot).revokedBlock != 0, "who fails is suspended");
            standing[g].isGone = true;
            standing[g].closedUntil = block.timestamp + _challenges.COOLDOWN();
            failures++;
            did("DeviceRegistry.suspendDevice");
        }
    }

    // ---- what the vote sets

    function setAttendanceTerms(uint256 absences, uint256 window, uint256 cooldown, uint256 longest, uint256 period)
        external
    {
        AttendanceTerms memory terms;
        terms.absences = uint8(chosen(absences, bound(absences, 2, 4)));
        terms.answerWindow = uint32(chosen(window, bound(window, 10 minutes, 2 hours)));
        terms.longestCooldown = uint32(chosen(longest, bound(longest, 12 hours, 3 days)));
        terms.cooldown = uint32(chosen(cooldown, bound(cooldown, 12 hours, terms.longestCooldown)));
        terms.period = uint32(chosen(period, bound(period, 1 days, 90 days)));
        vm.prank(governor);
        _attendance.setTerms(terms);
        must(terms.absences >= 2 && terms.absences <= 16, "one absence suspends nobody");
        must(terms.cooldown >= 12 hours && terms.cooldown <= terms.longestCooldown, "cooldowns are in order");
        must(terms.longestCooldown <= 30 days, "no suspension is for ever");
        did("AttendanceRegistry.setTerms");
    }

    function setChallengeTerms(uint256 class, uint256 tiles, uint256 deadline) external {
        uint8 named = uint8(chosen(class, bound(class, 2, 4)));
        ChallengeTerms memory terms = ChallengeTerms({
            tiles: uint32(chosen(tiles, tiles % 8 == 0 ? 0 : bound(tiles, 1, 1 << 12))),
            width: 256,
            rows: 32,
            steps: 1024,
            deadline: uint32(chosen(deadline, bound(deadline, IN_TIME, 300_000)))
        });
        vm.prank(governor);
        _challenges.setTerms(named, terms);
        must(named >= 1 && named <= 4, "there are four classes");
        must(terms.tiles == 0 || terms.deadline >= 1 && terms.deadline <= 300_000, "runs fit the answer window");
        must(_challenges.isDemanded(named) == (terms.tiles != 0), "terms without tiles demand nothing");
        did("ChallengeRegistry.setTerms");
    }

    function setRoster(uint256 pick, uint256 limit) external {
        vm.prank(governor);
        registry.allowMeasurement(keccak256(abi.encode(pick)), pick % 2 == 0);
        vm.prank(governor);
        registry.admitProfile(uint8(chosen(pick, bound(pick, 1, 4))), 3, pick % 2 == 0);
        limit = chosen(limit, bound(limit, 1, 16));
        vm.prank(governor);
        registry.setHostLimit(limit);
        must(limit >= 1 && limit <= 16 && registry.hostLimit() == limit, "a host has room for one device, and for sixteen at most");
        did("DeviceRegistry.allowMeasurement");
        did("DeviceRegistry.admitProfile");
        did("DeviceRegistry.setHostLimit");
    }

    /// @notice The contracts get another governor, who has to say that it is there.
    function handOver(uint256 pick) external {
        address next = address(uint160(0x60 + pick % 3));
        handOver(address(registry), governor, next, "DeviceRegistry.setGovernor", "DeviceRegistry.acceptGovernor");
        handOver(
            address(_attendance), governor, next, "AttendanceRegistry.setGovernor", "AttendanceRegistry.acceptGovernor"
        );
        handOver(
            address(_challenges), governor, next, "ChallengeRegistry.setGovernor", "ChallengeRegistry.acceptGovernor"
        );
        governor = next;
    }

    // ---- books

    function _isOut(uint256 g) private view returns (bool) {
        return standing[g].isAbsent || standing[g].isGone || standing[g].isRevoked;
    }

    /// @dev False once a device's slot is another's.
    function _slotOf(uint256 g) private view returns (bool, uint32) {
        try registry.slotOf(gpus[g].gpuId) returns (uint32 slot) {
            return (true, slot);
        } catch {
            return (false, 0);
        }
    }

    /// @dev In the draws for two hours more at least.
    function _isUp(uint256 g) private view returns (bool) {
        (bool hasSlot, uint32 slot) = _slotOf(g);
        return hasSlot && !standing[g].isGone && registry.device(slot).validUntil > block.timestamp + 2 hours;
    }

    function _renew(uint256 g) private returns (bool isRenewed) {
        bool isAnew;
        (isRenewed, isAnew) = refreshOrRegister(gpus[g]);
        if (isAnew) standing[g].isGone = false;
        must(!isRenewed || !standing[g].isRevoked, "what is revoked renews nothing");
        if (isRenewed) did(isAnew ? "DeviceRegistry.registerDevice" : "DeviceRegistry.refreshDevice");
    }

    function _indexOf(bytes32 gpuId) private view returns (uint256 g) {
        while (gpus[g].gpuId != gpuId) g++;
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }

    /// @dev A batch whose tasks still can settle.
    function _live(uint256 pick) private returns (uint256 batchId) {
        uint256 count = mining.batchCount();
        for (uint256 i = pick % 2; i < count && i < 3; i++) {
            if (committed[count - i][0].deadline >= block.timestamp) return count - i;
        }
        return queue();
    }

    /// @dev The seat of a task that a device was drawn for.
    function _seatOf(uint256 batchId, uint256 i, bytes32 gpuId) private view returns (bool isSeated, uint8 seat) {
        try mining.seatsOf(batchId, committed[batchId][i], secretOf(i)) returns (uint32[3] memory slots) {
            for (; seat < 3; seat++) {
                (bytes32 drawn,) = registry.identityOf(slots[seat]);
                if (drawn == gpuId) return (true, seat);
            }
        } catch {}
    }

    /// @dev False if too few devices were up for the task to have seats.
    function _reportOf(uint256 batchId, uint256 i, uint8 seat)
        private
        view
        returns (bool isSeated, AbsenceReport memory found, Device memory device)
    {
        found.batchId = batchId;
        found.task = committed[batchId][i];
        found.seatSecret = secretOf(i);
        found.seat = seat;
        try mining.seatsOf(batchId, found.task, found.seatSecret) returns (uint32[3] memory slots) {
            TaskSettlement memory settlement;
            settlement.task = found.task;
            found.proof = proofFor(batchId, only(settlement));
            return (true, found, registry.device(slots[seat]));
        } catch {}
    }

    function _mayReport(AbsenceReport memory found, Device memory device) private view returns (bool) {
        bytes32 taskId = mining.taskIdOf(found.batchId, found.task.index);
        return block.timestamp <= found.task.deadline && device.revokedBlock == 0
            && !_isKnown[keccak256(abi.encode(taskId, _indexOf(device.gpuId)))]
            && mining.paidSeatsOf(found.batchId, found.task.index) >> found.seat & 1 == 0;
    }

    function _note(AbsenceReport memory found, uint256 g) private {
        bytes32 taskId = mining.taskIdOf(found.batchId, found.task.index);
        _isKnown[keccak256(abi.encode(taskId, g))] = true;
        _absent.push(
            Absent({
                taskId: taskId,
                task: found.task,
                batchId: found.batchId,
                seat: found.seat,
                g: g,
                reportedAt: block.timestamp,
                reportedBlock: block.number,
                isAnswered: false
            })
        );
        standing[g].counted++;
        reports++;
    }

    /// @dev The newest absences of a device that count, in order; with one that was answered, if there is one and that is asked for.
    function _suspendable(uint256 g, uint256 needed, bool withAnswered)
        private
        view
        returns (bytes32[] memory taskIds, uint256 count)
    {
        taskIds = new bytes32[](needed);
        (bool hasSlot, uint32 slot) = _slotOf(g);
        if (!hasSlot) return (taskIds, 0);
        uint256 refreshedBlock = registry.device(slot).refreshedBlock;
        uint256 busyUntil = mining.busyUntil(gpus[g].gpuId);
        for (uint256 i = _absent.length; i > 0 && count < needed; i--) {
            Absent storage found = _absent[i - 1];
            if (found.g != g) continue;
            bool isCounting = !found.isAnswered && standing[g].aliveAt < found.reportedAt
                && refreshedBlock < found.reportedBlock && busyUntil <= found.reportedAt * 1000
                && mining.paidSeatsOf(found.batchId, found.task.index) >> found.seat & 1 == 0;
            if (!isCounting && !(withAnswered && found.isAnswered)) continue;
            uint256 place = count++;
            for (; place > 0 && taskIds[place - 1] > found.taskId; place--) {
                taskIds[place] = taskIds[place - 1];
            }
            taskIds[place] = found.taskId;
        }
    }

    function _countsFrom(bytes32[] memory taskIds, uint256 g) private view returns (uint256 countsFrom) {
        uint256 window = _attendance.terms().answerWindow;
        for (uint256 i = 0; i < taskIds.length; i++) {
            uint256 from = _attendance.absence(taskIds[i], gpus[g].gpuId).deadline + window;
            if (from > countsFrom) countsFrom = from;
        }
    }

    function _isOpen(uint256 id) private view returns (bool) {
        Challenge memory found = _challenges.challenge(id);
        return found.verdict == 0 && block.timestamp < found.openedAt + _challenges.LIFE();
    }

    function _mayOpen(uint256 g, uint256 last) private view returns (bool) {
        (, uint32 slot) = _slotOf(g);
        return _challenges.isDemanded(gpus[g].class) && !_isOut(g) && registry.device(slot).validUntil >= block.timestamp
            && block.timestamp >= standing[g].closedUntil && (last == 0 || !_isOpen(last));
    }

    /// @dev The device is there as it was when it was challenged.
    function _isSame(uint256 g, Challenge memory found) private view returns (bool) {
        Device memory device = registry.device(found.slot);
        return device.gpuId == gpus[g].gpuId && device.registeredBlock != 0 && device.registeredBlock <= found.openedBlock
            && device.validUntil >= block.timestamp;
    }

    function _checkWitnesses(uint256 id) private {
        Challenge memory found = _challenges.challenge(id);
        uint256 seated = 1 << _indexOf(found.gpuId);
        for (uint256 w = 0; w < found.witnessCount; w++) {
            Device memory device = registry.device(found.witnesses[w]);
            uint256 g = _indexOf(device.gpuId);
            must(seated >> g & 1 == 0, "witnesses are distinct, and others than the device");
            must(!_isOut(g), "who is suspended or out witnesses nothing");
            must(device.refreshedBlock != type(uint32).max, "who has not proven its class witnesses nothing");
            seated |= 1 << g;
        }
        must((found.witnessCount < 2) == (found.verdict == 3), "without two witnesses there is no challenge");
        if (found.verdict != 3) return;
        _verdicts[id] = 3;
        voids++;
    }

    /// @return statements one of each witness that has not spoken
    /// @return verdict what two of them decide
    /// @return maySubmit whether each witness up to the decision is still who was drawn, and there
    function _statements(uint256 id, Challenge memory found, uint256 said)
        private
        view
        returns (ClassStatement[] memory statements, uint256 verdict, bool maySubmit)
    {
        statements = new ClassStatement[](found.witnessCount);
        uint256 length = 0;
        maySubmit = true;
        (uint256 good, uint256 bad) = (_count(found.passes), _count(found.failures));
        for (uint8 w = 0; w < found.witnessCount; w++) {
            if ((found.passes | found.failures) >> w & 1 == 1) continue;
            // Now and then somebody says nothing.
            if (said >> (8 + 2 * w) & 3 == 3) continue;
            (bool isRight, bool isTimely) = (said >> (2 * w) & 1 == 1, said >> (2 * w + 1) & 1 == 1);
            uint32 duration = isTimely ? found.terms.deadline : found.terms.deadline + 1;
            Device memory witness = registry.device(found.witnesses[w]);
            statements[length++] = _say(id, found.gpuId, w, witness.gpuId, isRight, duration);
            if (verdict != 0) continue;
            maySubmit = maySubmit && witness.revokedBlock == 0 && witness.validUntil >= block.timestamp
                && witness.registeredBlock != 0 && witness.registeredBlock <= found.openedBlock
                && witness.enclaveKey == vm.addr(keyOf(witness.gpuId));
            if (isRight && isTimely) good++;
            else bad++;
            if (good == 2) verdict = 1;
            else if (bad == 2) verdict = 2;
        }
        assembly ("memory-safe") {
            mstore(statements, length)
        }
    }

    function _say(uint256 id, bytes32 gpuId, uint8 w, bytes32 witness, bool isRight, uint32 duration)
        private
        view
        returns (ClassStatement memory said)
    {
        said.witness = w;
        (said.nonce, said.answer) = (bytes32("nonce"), bytes32("answer"));
        (said.isCorrect, said.duration) = (isRight, duration);
        bytes32 digest =
            _challenges.statementDigest(id, gpuId, witness, said.nonce, said.answer, said.isCorrect, said.duration);
        (said.r, said.vs) = vm.signCompact(keyOf(witness), digest);
    }

    function _count(uint256 bits) private pure returns (uint256) {
        return (bits & 1) + (bits >> 1 & 1) + (bits >> 2 & 1);
    }
}

abstract contract PresenceCampaign is CampaignTest {
    PresenceHandler internal handler;
    AIToken private token;
    IMiningRegistry private mining;
    DeviceRegistry private registry;
    AttendanceRegistry private attendance;
    ChallengeRegistry private challenges;

    function setUp() public {
        handler = new PresenceHandler(isStrict());
        targetContract(address(handler));
        (token, mining, registry, attendance, challenges) = handler.network();
    }

    function campaign() internal view override returns (Campaign) {
        return handler;
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0].addr = address(handler);
        targets[0].selectors = new bytes4[](18);
        targets[0].selectors[0] = handler.wait.selector;
        targets[0].selectors[1] = handler.renew.selector;
        targets[0].selectors[2] = handler.retire.selector;
        targets[0].selectors[3] = handler.revokeOrReinstate.selector;
        targets[0].selectors[4] = handler.queue.selector;
        targets[0].selectors[5] = handler.settleTask.selector;
        targets[0].selectors[6] = handler.report.selector;
        targets[0].selectors[7] = handler.reportAll.selector;
        targets[0].selectors[8] = handler.answer.selector;
        targets[0].selectors[9] = handler.suspend.selector;
        targets[0].selectors[10] = handler.proveLife.selector;
        targets[0].selectors[11] = handler.open.selector;
        targets[0].selectors[12] = handler.draw.selector;
        targets[0].selectors[13] = handler.submit.selector;
        targets[0].selectors[14] = handler.setAttendanceTerms.selector;
        targets[0].selectors[15] = handler.setChallengeTerms.selector;
        targets[0].selectors[16] = handler.setRoster.selector;
        targets[0].selectors[17] = handler.handOver.selector;
    }

    function holds() internal view {
        assertEq(bytes(handler.fault()), "", handler.fault());
        uint256 sum = 0;
        for (uint256 g = 0; g < handler.DEVICES(); g++) {
            sum += standsAsBooked(g);
        }
        assertEq(mining.totalMinted(), sum, "minted is the sum of paid seats");
        assertEq(token.totalSupply(), sum, "nothing burns here");
    }

    function standsAsBooked(uint256 g) private view returns (uint256 earned) {
        (bytes32 gpuId, address operator) = handler.gpuIdOf(g);
        bool isAbsent;
        bool isGone;
        bool isRevoked;
        uint256 counted;
        (isAbsent, isGone, isRevoked,,,, counted, earned) = handler.standing(g);
        assertEq(token.balanceOf(operator), earned, "each operator has what its device's seats were paid");
        assertTrue(registry.isAbsent(gpuId) == isAbsent, "who was suspended for absence is until it proves its life");
        assertTrue(registry.isRevoked(gpuId) == isRevoked, "who was revoked is until it is reinstated");
        assertEq(attendance.attendance(gpuId).absences, counted, "absences since the last proof of life");
        try registry.slotOf(gpuId) returns (uint32 slot) {
            bool isOut = registry.device(slot).revokedBlock != 0;
            assertTrue(isOut == (isAbsent || isGone || isRevoked), "who is suspended, failed, retired or revoked is out, and nobody else");
        } catch {}
    }
}

/// @notice Every call is one that its contract takes.
contract PresenceInvariants is PresenceCampaign {
    function isStrict() internal pure override returns (bool) {
        return true;
    }

    function invariant_holds() public view {
        holds();
    }

    /// @notice The handler's actions reach what the invariants are about.
    function test_handler_suspendsTheSilentAndTakesThemBack() public {
        handler.suspend(0, 2);
        assertEq(handler.suspensions(), 1, "suspended");
        holds();
        handler.proveLife(1, 4);
        assertEq(handler.returns_(), 0, "not before its cooldown is over");
        handler.proveLife(1, 1);
        assertEq(handler.returns_(), 1, "back again");
        holds();
        handler.queue();
        handler.reportAll(0, 5);
        assertTrue(handler.reports() > 3, "reported");
        handler.answer(1);
        assertEq(handler.answers(), 1, "answered");
        handler.settleTask(0, 0, 3);
        assertEq(handler.settled(), 1, "settled");
        holds();
    }

    function test_handler_challengesPassesAndFails() public {
        handler.submit(1, 0xf);
        assertEq(handler.passes(), 1, "two right answers in time");
        handler.submit(3, 0);
        assertEq(handler.failures(), 1, "two wrong answers");
        holds();
        uint256 refused = handler.refused();
        handler.open(3);
        assertEq(handler.refused(), refused + 1, "an hour has to pass");
        handler.retire(5);
        handler.revokeOrReinstate(6);
        handler.revokeOrReinstate(6);
        handler.handOver(1);
        handler.setRoster(1, 2);
        holds();
    }
}

/// @notice A part of the calls is refused.
contract LoosePresenceInvariants is PresenceCampaign {
    function isStrict() internal pure override returns (bool) {
        return false;
    }

    /// forge-config: default.invariant.fail-on-revert = false
    /// forge-config: ci.invariant.fail-on-revert = false
    /// forge-config: long.invariant.fail-on-revert = false
    function invariant_holds() public view {
        holds();
    }
}
