// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IAIToken} from "./interfaces/IAIToken.sol";

/// @title AI Token
contract AIToken is ERC20Permit, IAIToken {
    /// @inheritdoc IAIToken
    address public immutable registry;
    /// @inheritdoc IAIToken
    uint256 public burnedByHolders;

    modifier onlyRegistry() {
        require(msg.sender == registry, NotRegistry(registry, msg.sender));
        _;
    }

    /// @param miningRegistry the only account that may mint, or burn for others
    constructor(address miningRegistry) ERC20("AI Token", "AIT") ERC20Permit("AI Token") {
        registry = miningRegistry;
    }

    /// @inheritdoc IAIToken
    function mint(address account, uint256 amount) external onlyRegistry {
        _mint(account, amount);
    }

    /// @inheritdoc IAIToken
    function burn(address account, uint256 amount) external onlyRegistry {
        _burn(account, amount);
    }

    /// @inheritdoc IAIToken
    function burn(uint256 amount) external {
        burnedByHolders += amount;
        _burn(msg.sender, amount);
        emit HolderBurned(msg.sender, amount);
    }

    /// @inheritdoc IERC20Permit
    function nonces(address owner) public view override(ERC20Permit, IERC20Permit) returns (uint256) {
        return super.nonces(owner);
    }
}
