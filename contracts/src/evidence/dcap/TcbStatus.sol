// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Intel's words for a patch level
library TcbStatus {
    uint8 internal constant UP_TO_DATE = 1;
    uint8 internal constant SW_HARDENING_NEEDED = 2;
    uint8 internal constant CONFIGURATION_NEEDED = 3;
    uint8 internal constant CONFIGURATION_AND_SW_HARDENING_NEEDED = 4;
    uint8 internal constant OUT_OF_DATE = 5;
    uint8 internal constant OUT_OF_DATE_CONFIGURATION_NEEDED = 6;
    uint8 internal constant REVOKED = 7;
    uint8 internal constant RELAUNCH_ADVISED = 8;
    uint8 internal constant RELAUNCH_ADVISED_CONFIGURATION_NEEDED = 9;

    /// @notice The number of a word that Intel publishes; zero for any other. The last two are what levels come to, and never published.
    function numberOf(bytes calldata word) internal pure returns (uint8) {
        bytes32 hash = keccak256(word);
        if (hash == keccak256("UpToDate")) return UP_TO_DATE;
        if (hash == keccak256("OutOfDate")) return OUT_OF_DATE;
        if (hash == keccak256("SWHardeningNeeded")) return SW_HARDENING_NEEDED;
        if (hash == keccak256("ConfigurationNeeded")) return CONFIGURATION_NEEDED;
        if (hash == keccak256("ConfigurationAndSWHardeningNeeded")) return CONFIGURATION_AND_SW_HARDENING_NEEDED;
        if (hash == keccak256("OutOfDateConfigurationNeeded")) return OUT_OF_DATE_CONFIGURATION_NEEDED;
        if (hash == keccak256("Revoked")) return REVOKED;
        return 0;
    }

    /// @notice What a platform's status becomes if the quoting enclave or the TDX module has another.
    function converge(uint8 platform, uint8 other) internal pure returns (uint8) {
        if (platform == REVOKED || other == REVOKED) return REVOKED;
        if (other != OUT_OF_DATE) return platform;
        if (platform == UP_TO_DATE || platform == SW_HARDENING_NEEDED) return OUT_OF_DATE;
        bool unconfigured = platform == CONFIGURATION_NEEDED || platform == CONFIGURATION_AND_SW_HARDENING_NEEDED;
        return unconfigured ? OUT_OF_DATE_CONFIGURATION_NEEDED : platform;
    }

    /// @notice TDX 1.5 reports the levels at launch and now. Old at launch and sound now means: launch again. Otherwise the launch counts.
    function relaunch(uint8 launch, uint8 current) internal pure returns (uint8) {
        bool old = launch == OUT_OF_DATE || launch == OUT_OF_DATE_CONFIGURATION_NEEDED;
        bool unconfigured = current == CONFIGURATION_NEEDED || current == CONFIGURATION_AND_SW_HARDENING_NEEDED;
        if (!old || !(unconfigured || current == UP_TO_DATE || current == SW_HARDENING_NEEDED)) return launch;
        bool configure = unconfigured || launch == OUT_OF_DATE_CONFIGURATION_NEEDED;
        return configure ? RELAUNCH_ADVISED_CONFIGURATION_NEEDED : RELAUNCH_ADVISED;
    }
}
