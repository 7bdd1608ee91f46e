// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IDeviceRegistry} from "./IDeviceRegistry.sol";

/// @notice How large a class challenge is and how fast its answer must come: the chain of `docs/challenge.md`.
/// @param tiles tiles of width × width bytes that have to be in memory; zero: the class is not challenged
/// @param width a multiple of 256
/// @param rows rows that a step multiplies, a multiple of 16
/// @param steps steps, each after the other
/// @param deadline milliseconds from a witness's nonce to the answer
struct ChallengeTerms {
    uint32 tiles;
    uint16 width;
    uint16 rows;
    uint32 steps;
    uint32 deadline;
}

/// @notice One challenge of one device.
/// @param gpuId the device that is challenged
/// @param slot its roster slot
/// @param class its class
/// @param verdict 0 none, 1 passed, 2 failed, 3 void: there were too few witnesses
/// @param passes bit `w` is set once witness `w` said that the answer was right and in time
/// @param failures bit `w` is set once witness `w` said that it was not
/// @param openedAt unix time
/// @param openedBlock block of the opening; the witnesses are drawn with the hash of the block `SEED_DELAY` later
/// @param rosterLength roster slots at the opening: those the witnesses are drawn from
/// @param seed that hash, zero until the witnesses are drawn
/// @param witnesses roster slots of the witnesses
/// @param witnessCount how many there are, two or three
/// @param terms as they were at the opening
struct Challenge {
    bytes32 gpuId;
    uint32 slot;
    uint8 class;
    uint8 verdict;
    uint8 passes;
    uint8 failures;
    uint40 openedAt;
    uint32 openedBlock;
    uint32 rosterLength;
    bytes32 seed;
    uint32[3] witnesses;
    uint8 witnessCount;
    ChallengeTerms terms;
}

/// @notice What one witness says, signed with its enclave key (EIP-712, `ClassStatement`).
/// @param witness number of the witness, 0 to 2
/// @param nonce what the witness gave the device when its clock began; with it anyone computes the answer again
/// @param answer the last link of the chain it received; zero if none came
/// @param isCorrect whether the places it drew of the chain were right
/// @param duration milliseconds from the nonce to the answer, by the witness's clock
/// @param r of the signature
/// @param vs of the signature (EIP-2098)
struct ClassStatement {
    uint8 witness;
    bytes32 nonce;
    bytes32 answer;
    bool isCorrect;
    uint32 duration;
    bytes32 r;
    bytes32 vs;
}

/// @title Challenge registry
/// @notice Classes without evidence of the GPU prove themselves by time: a chain of exact products over memory that has to be resident,
/// answered within a deadline that a processor or a smaller GPU misses. Three drawn devices clock one run each; two of them decide.
/// @dev A device of such a class is in no draw before it has passed, and its validity never reaches beyond its last proof by more than
/// `PROOF_VALIDITY`. Devices with evidence of the GPU itself are witnesses from the start, others once they have passed; a class is not
/// challenged before it has terms, so a network without any such evidence registers its first devices before the governor sets terms.
/// seed of a witness's run = keccak256(abi.encode(keccak256("AIT class challenge seed v1"), challenge id, seed, witness's gpuId, nonce)).
interface IChallengeRegistry {
    /// @notice The terms of a class changed; challenges that are open keep theirs.
    event TermsChanged(uint8 indexed class, ChallengeTerms terms);
    /// @notice A device is to answer a challenge.
    event ChallengeOpened(uint256 indexed challengeId, bytes32 indexed gpuId, uint8 class);
    /// @notice The witnesses of a challenge were drawn: roster slots.
    event WitnessesDrawn(uint256 indexed challengeId, uint32[3] witnesses, uint8 witnessCount);
    /// @notice A witness spoke.
    event StatementTaken(
        uint256 indexed challengeId, uint8 witness, bytes32 nonce, bytes32 answer, bool isCorrect, uint32 duration
    );
    /// @notice A challenge is over: 1 passed, 2 failed, 3 void.
    event ChallengeDecided(uint256 indexed challengeId, bytes32 indexed gpuId, uint8 verdict);

    /// @notice Thrown when someone other than this contract's creator attaches the device registry.
    error NotCreator(address expected, address found);
    /// @notice Thrown when the device registry is attached already.
    error AlreadyAttached(address devices);
    /// @notice Thrown when a device registry names another challenge registry.
    error AttachedElsewhere(address expected, address found);
    /// @notice Thrown when a class is not one of the table.
    error ClassUnknown(uint8 class);
    /// @notice Thrown when a term is outside its range or not a multiple of `granule`.
    error TermOutOfBounds(uint256 found, uint256 granule, uint256 most);
    /// @notice Thrown when the tiles of a class need more than a tebibyte.
    error MemoryOutOfBounds(uint256 found, uint256 most);
    /// @notice Thrown when the device's class is not challenged, or the device has evidence of its GPU.
    error ChallengeNotDemanded(bytes32 gpuId);
    /// @notice Thrown when someone other than the device's operator or the governor opens its challenge.
    error NotChallenger(address expected, address found);
    /// @notice Thrown when a device is revoked, retired, suspended or expired, or no longer the one that was challenged.
    error DeviceNotLive(bytes32 gpuId);
    /// @notice Thrown when a challenge of this device is still open, or its host's last one failed lately.
    error ChallengeTooEarly(bytes32 gpuId, uint256 possibleAt);
    /// @notice Thrown when no challenge has this number.
    error ChallengeUnknown(uint256 challengeId);
    /// @notice Thrown when a challenge is decided.
    error ChallengeOver(uint256 challengeId, uint8 verdict);
    /// @notice Thrown when a challenge ran out without a verdict.
    error ChallengeLapsed(uint256 challengeId, uint256 lapsedAt);
    /// @notice Thrown when the witnesses were drawn already.
    error WitnessesAlreadyDrawn(uint256 challengeId);
    /// @notice Thrown when the witnesses are not drawn yet.
    error WitnessesNotDrawn(uint256 challengeId);
    /// @notice Thrown when the seed block has not passed.
    error SeedNotReady(uint256 seedBlock, uint256 current);
    /// @notice Thrown when the hash of the seed block is gone.
    error SeedTooOld(uint256 seedBlock, uint256 current);
    /// @notice Thrown when a challenge has no witness of this number.
    error WitnessUnknown(uint8 witness, uint8 witnessCount);
    /// @notice Thrown when a witness has spoken already.
    error StatementRepeated(uint8 witness);
    /// @notice Thrown when the statement is not signed with the witness's enclave key of now.
    error StatementSignatureInvalid(address expected, address found);

    /// @notice Names the device registry, once, by this contract's creator: each names the other.
    function attach(IDeviceRegistry deviceRegistry) external;

    /// @notice Sets how a class is challenged; no tiles, no challenge. Governor only.
    /// @dev Warning: terms that a class cannot meet suspend its devices one after the other.
    function setTerms(uint8 class, ChallengeTerms calldata terms) external;

    /// @notice Opens a challenge of a live device, by its operator or the governor. One at a time; not for `COOLDOWN` after one of its
    /// host failed.
    function open(bytes32 gpuId) external returns (uint256 challengeId);

    /// @notice Stores the seed and draws the witnesses: proven or attested devices that were registered at the opening, of distinct
    /// operators and hosts, none of them the device's own. With fewer than two the challenge is void. Anyone may.
    function draw(uint256 challengeId) external;

    /// @notice Takes statements of witnesses; the second that agrees decides. Passed: the device is proven for `PROOF_VALIDITY`.
    /// Failed: it is suspended. Anyone may.
    function submit(uint256 challengeId, ClassStatement[] calldata statements) external;

    /// @notice A challenge.
    function challenge(uint256 challengeId) external view returns (Challenge memory);

    /// @notice The latest challenge of a device, zero if there was none. Numbers run from 1.
    function challengeOf(bytes32 gpuId) external view returns (uint256);

    /// @notice How many challenges were opened.
    function challengeCount() external view returns (uint256);

    /// @notice How a class is challenged now.
    function termsOf(uint8 class) external view returns (ChallengeTerms memory);

    /// @notice Whether devices of a class without evidence of the GPU have to pass challenges.
    function isDemanded(uint8 class) external view returns (bool);

    /// @notice What a witness signs.
    function statementDigest(
        uint256 challengeId,
        bytes32 gpuId,
        bytes32 witnessGpuId,
        bytes32 nonce,
        bytes32 answer,
        bool isCorrect,
        uint32 duration
    ) external view returns (bytes32);

    /// @notice The device registry; zero until it is attached.
    function devices() external view returns (IDeviceRegistry);

    /// @notice Seconds for which a challenge passed proves a device.
    function PROOF_VALIDITY() external view returns (uint256);

    /// @notice Seconds from the opening in which a device answers its witnesses.
    function ANSWER_WINDOW() external view returns (uint256);

    /// @notice Seconds from the opening after which a challenge without a verdict has lapsed.
    function LIFE() external view returns (uint256);

    /// @notice Seconds after a failure in which no challenge of that host is opened.
    function COOLDOWN() external view returns (uint256);
}
