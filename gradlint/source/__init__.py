"""Takes bytes on disk; gives program texts, syntax trees and what their comments ask for."""
