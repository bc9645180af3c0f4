export { type GuardAdvice, guardAdvice, type LimitsAdvice, limitsAdvice } from './host-safety/guard.ts'
export { type SwapAdvice, type SwapFile, swapAdvice, swapPlaceAdvice } from './host-safety/swap.ts'
