// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";

/// @title AI Token (AIT)
/// @notice An ERC-20 whose every unit was minted for verified compute and which is burned to buy compute.
/// @dev Uncapped: supply = minted for settled work - burned by redemption - burned by holders. There is no owner, pause or upgrade.
interface IAIToken is IERC20Metadata, IERC20Permit {
    /// @notice A holder destroyed tokens of its own and got nothing for them. A redemption does not say this.
    event HolderBurned(address indexed holder, uint256 amount);

    /// @notice Thrown when anyone but the registry mints, or burns for an account.
    error NotRegistry(address expected, address found);

    /// @notice The mining registry, fixed at construction: the only account that may mint, or burn what is not its own.
    function registry() external view returns (address);

    /// @notice Creates `amount` for `account`. Registry only.
    function mint(address account, uint256 amount) external;

    /// @notice Destroys `amount` of `account`. Registry only.
    /// @dev Warning: takes no allowance. The registry burns nobody's tokens but its caller's, in `redeem`.
    function burn(address account, uint256 amount) external;

    /// @notice Destroys `amount` of the caller and gives nothing for it: what is slashed ends here.
    function burn(uint256 amount) external;

    /// @notice What holders destroyed so far beside redemptions, wei.
    function burnedByHolders() external view returns (uint256);
}
