// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev Words of the frame, by address. First the statement an enclave key signs, in the order of the EIP-712 type, whose hash comes first.
uint256 constant FRAME = 0xd00;
uint256 constant FRAME_TASK = 0xd20;
uint256 constant FRAME_WORKLOAD = 0xd40;
uint256 constant FRAME_RESULT = 0xd60;
uint256 constant FRAME_GPU = 0xd80;
uint256 constant FRAME_DURATION = 0xda0;
/// @dev Then 0x1901, the domain separator and the statement's hash: the 66 bytes from FRAME_SIGNED on are what is signed.
uint256 constant FRAME_SIGNED = 0xdde;
uint256 constant FRAME_DOMAIN = 0xde0;
uint256 constant FRAME_STATEMENT_HASH = 0xe00;
/// @dev Then the input of the precompile that recovers the signer.
uint256 constant FRAME_DIGEST = 0xe20;
uint256 constant FRAME_V = 0xe40;
uint256 constant FRAME_R = 0xe60;
uint256 constant FRAME_S = 0xe80;
/// @dev The result that a claim without one of its own stands for, and the number of seats.
uint256 constant FRAME_AGREED = 0xea0;
uint256 constant FRAME_LEVEL = 0xec0;
/// @dev What a task's id hashes: chain, registry, batch, index.
uint256 constant FRAME_IDENTITY = 0xee0;
uint256 constant FRAME_INDEX = 0xf40;
/// @dev What a draw hashes: seed, task, counter.
uint256 constant FRAME_DRAW = 0xf60;
/// @dev By seat, seven words each: its device (an entry of `SeatCache`), the device time of its claim, where its clock stands if it waits.
uint256 constant FRAME_SEATS = 0xfc0;
uint256 constant FRAME_USED = 0x10a0;
uint256 constant FRAME_ENDS = 0x1180;
/// @dev Milliseconds at which seats 0 to 2 can have started, and the others.
uint256 constant FRAME_STARTS = 0x1260;
/// @dev By class from 0, three words each: shortest duration a claim may state, how much longer it may be, device time the work uses up
/// at least, in milliseconds. No device is of class 0.
uint256 constant FRAME_TERMS = 0x12a0;
uint256 constant FRAME_TERMS_SIZE = 0x60;
/// @dev What the seats of a task are paid by: bits of the seats that claim, that agree and that are due, from the lowest byte; wei of one
/// seat; milliseconds beyond which a clock makes its seat wait.
uint256 constant FRAME_BITS = 0x1480;
uint256 constant FRAME_AMOUNT = 0x14a0;
uint256 constant FRAME_NOW = 0x14c0;
uint256 constant FRAME_END = 0x14e0;

/// @title Seat frame
/// @notice The words of the task that a call is working on, at fixed addresses of memory: a seat's work is a few dozen instructions, and
/// finding its words must not cost more than they do.
/// @dev A call makes one frame, before it has allocated much; a frame that came too late would overwrite what is there and is refused.
library SeatFrame {
    /// @notice Thrown when memory is taken where the frame belongs.
    error FramePlaceTaken(uint256 free, uint256 frame);

    /// @notice A frame for the tasks of one batch.
    /// @param typeHash of the statement
    /// @param domainSeparator of this contract
    /// @param seedTime unix time at which the batch's seed was pinned
    function create(bytes32 typeHash, bytes32 domainSeparator, uint256 batchId, uint256 seedTime) internal view {
        uint256 free;
        assembly ("memory-safe") {
            free := mload(0x40)
        }
        require(free <= FRAME, FramePlaceTaken(free, FRAME));
        assembly ("memory-safe") {
            mstore(0x40, FRAME_END)
            mstore(FRAME, typeHash)
            mstore(sub(FRAME_DOMAIN, 0x20), 0x1901)
            mstore(FRAME_DOMAIN, domainSeparator)
            mstore(FRAME_STARTS, mul(seedTime, 1000))
            // Never beyond what a clock can hold, `DeviceClocks.MASK`: one that would pass it waits, and is refused for it.
            let instant := mul(timestamp(), 1000)
            if gt(instant, 0x3ffffffffff) { instant := 0x3ffffffffff }
            mstore(FRAME_NOW, instant)
            mstore(FRAME_IDENTITY, chainid())
            mstore(add(FRAME_IDENTITY, 0x20), address())
            mstore(add(FRAME_IDENTITY, 0x40), batchId)
        }
    }

    /// @notice Turns to another task, of three seats for now.
    /// @return taskId its id
    function turn(uint256 index, uint256 workloadHash, uint256 agreed) internal pure returns (bytes32 taskId) {
        assembly ("memory-safe") {
            mstore(FRAME_INDEX, index)
            taskId := keccak256(FRAME_IDENTITY, 0x80)
            mstore(FRAME_TASK, taskId)
            mstore(add(FRAME_DRAW, 0x20), taskId)
            mstore(FRAME_WORKLOAD, workloadHash)
            mstore(FRAME_AGREED, agreed)
            mstore(FRAME_RESULT, agreed)
            mstore(FRAME_LEVEL, 3)
        }
    }

    /// @notice A word.
    function read(uint256 place) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(place)
        }
    }

    /// @notice Sets a word.
    function write(uint256 place, uint256 word) internal pure {
        assembly ("memory-safe") {
            mstore(place, word)
        }
    }

    /// @notice The device in a seat that was drawn.
    function seatedIn(uint256 seat) internal pure returns (uint256) {
        return read(FRAME_SEATS + 32 * seat);
    }
}
