"""`python -m diembao`."""

from diembao.main import main

main()
